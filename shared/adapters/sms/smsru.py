"""SMS.RU. It answers HTTP 200 and a top-level OK even when the phone itself failed, so both levels are read."""

import re
from http.client import OK as HTTP_OK
from typing import Any, Final

from shared.adapters.sms import smsru_http as http
from shared.config.sms import SmsSettings
from shared.ports.sms import SmsOutcome, SmsResult

#: Codes of SMS.RU by what they mean to the caller; any other failure is REFUSED: our own bug.
OUTCOMES: Final = {
    **dict.fromkeys(("220", "500"), SmsOutcome.TRY_LATER),
    **dict.fromkeys(("150", "202", "207", "209"), SmsOutcome.REFUSED_RECIPIENT),
    **dict.fromkeys(("230", "231", "232", "233"), SmsOutcome.COOL_DOWN),
}
#: key, money, sender's name, day's limit, letter sender, token, log-in, confirmation of the account
ACCOUNT_AT_FAULT: Final = frozenset({"200", "201", "204", "206", "221", "300", "301", "302"})

_ACCEPTED_CODE: Final = "100"
_CODE: Final = re.compile(r"-?\d{1,3}")
_MESSAGE_ID: Final = re.compile(r"\d{4,8}-\d{1,20}")


class SmsRu:
    def __init__(self, settings: SmsSettings) -> None:
        self._settings = settings

    def send(self, *, phone: str, text: str, user_ip: str | None) -> SmsResult:
        """Send one message; ``provider_code`` is SMS.RU's code, ``http_NNN``, or empty without an answer.

        A refused phone keeps the id that SMS.RU may give it (221 does): it's the outcome that tells.
        """
        digits = phone.removeprefix("+")
        fields = {"to": digits, "msg": text}
        if self._settings.sender:
            fields["from"] = self._settings.sender
        if user_ip:
            fields["ip"] = user_ip
        try:
            status, body = http.ask(self._settings, "/sms/send", fields)
        except http.NotConnected:
            return SmsResult(SmsOutcome.TRY_LATER)
        except http.NoAnswer:
            # The request may have been acted on: a resend would put a second live code on the phone.
            return SmsResult(SmsOutcome.UNKNOWN)
        return _read(status, body, digits)


def _read(status: int, body: bytes, digits: str) -> SmsResult:
    if status != HTTP_OK:
        refused = 400 <= status < 500  # noqa: PLR2004 -- the client-error class of HTTP
        return SmsResult(
            SmsOutcome.REFUSED if refused else SmsOutcome.UNKNOWN, provider_code=f"http_{status}"
        )
    answer = http.fields_of(body)
    if answer is None:
        return _read_plain(body)
    if answer.get("status") != "OK":
        return _failure(answer)
    recipients = answer.get("sms")
    recipient = recipients.get(digits) if isinstance(recipients, dict) else None
    if not isinstance(recipient, dict):
        return SmsResult(SmsOutcome.UNKNOWN)
    if recipient.get("status") != "OK":
        return _failure(recipient)
    message_id, code = http.text_of(recipient.get("sms_id")), http.text_of(recipient.get("status_code"))
    return SmsResult(SmsOutcome.ACCEPTED, message_id, code)


def _read_plain(body: bytes) -> SmsResult:
    """The old form of an answer: the request's code, then for each phone the message's id or the phone's code."""
    lines = body.decode("ascii", "replace").splitlines()
    if not lines or not _CODE.fullmatch(lines[0]):
        return SmsResult(SmsOutcome.UNKNOWN)
    if lines[0] != _ACCEPTED_CODE:
        return _refused(lines[0], None)
    said = lines[1] if len(lines) > 1 else ""
    if _MESSAGE_ID.fullmatch(said):
        return SmsResult(SmsOutcome.ACCEPTED, said, _ACCEPTED_CODE)
    if _CODE.fullmatch(said) and said != _ACCEPTED_CODE:
        return _refused(said, None)
    return SmsResult(SmsOutcome.UNKNOWN)


def _failure(level: dict[str, Any]) -> SmsResult:
    code = http.text_of(level.get("status_code"))
    if code is None:
        return SmsResult(SmsOutcome.UNKNOWN)
    return _refused(code, http.text_of(level.get("sms_id")))


def _refused(code: str, message_id: str | None) -> SmsResult:
    return SmsResult(OUTCOMES.get(code, SmsOutcome.REFUSED), message_id, code, code in ACCOUNT_AT_FAULT)
