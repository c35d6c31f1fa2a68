"""SMS.RU. It answers HTTP 200 and a top-level OK even when the phone itself failed, so both levels are read."""

import json
import ssl
from http.client import OK as HTTP_OK
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

from shared.config.sms import SmsSettings
from shared.ports.sms import SmsOutcome, SmsResult

ANSWER_LIMIT_BYTES = 64 * 1024

#: Codes of SMS.RU by what they mean to the caller; any other failure is REFUSED, for an operator.
OUTCOMES = {
    **dict.fromkeys(("220", "500"), SmsOutcome.TRY_LATER),
    **dict.fromkeys(("150", "202", "207", "209"), SmsOutcome.REFUSED_RECIPIENT),
    **dict.fromkeys(("230", "231", "232", "233"), SmsOutcome.COOL_DOWN),
}


class SmsRu:
    def __init__(self, settings: SmsSettings) -> None:
        self._settings = settings

    def send(self, *, phone: str, text: str, user_ip: str | None) -> SmsResult:
        """Send one message; ``provider_code`` is SMS.RU's code, ``http_NNN``, or empty without an answer.

        A refused phone keeps the id that SMS.RU may give it (221 does): it's the outcome that tells.
        """
        digits = phone.removeprefix("+")
        fields = {"api_id": self._settings.api_id, "to": digits, "msg": text, "json": "1"}
        if self._settings.sender:
            fields["from"] = self._settings.sender
        if user_ip:
            fields["ip"] = user_ip
        connection = self._connection()
        try:
            connection.connect()
        except OSError:
            return SmsResult(SmsOutcome.TRY_LATER)
        try:
            status, body = self._exchange(connection, urlencode(fields))
        except (OSError, HTTPException):
            # The request may have been acted on: a resend would put a second live code on the phone.
            return SmsResult(SmsOutcome.UNKNOWN)
        finally:
            connection.close()
        return _read(status, body, digits)

    def _connection(self) -> HTTPConnection:
        url, timeout = urlsplit(self._settings.base_url), self._settings.timeout_seconds
        host = url.hostname or ""
        if url.scheme == "https":
            return HTTPSConnection(host, url.port, timeout=timeout, context=ssl.create_default_context())
        return HTTPConnection(host, url.port, timeout=timeout)

    def _exchange(self, connection: HTTPConnection, form: str) -> tuple[int, bytes]:
        path = urlsplit(self._settings.base_url).path.rstrip("/") + "/sms/send"
        headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
        connection.request("POST", path, body=form.encode("ascii"), headers=headers)
        response = connection.getresponse()
        return response.status, response.read(ANSWER_LIMIT_BYTES)


def _read(status: int, body: bytes, digits: str) -> SmsResult:
    if status != HTTP_OK:
        refused = 400 <= status < 500  # noqa: PLR2004 -- the client-error class of HTTP
        return SmsResult(
            SmsOutcome.REFUSED if refused else SmsOutcome.UNKNOWN, provider_code=f"http_{status}"
        )
    try:
        answer = json.loads(body)
    except ValueError:
        return SmsResult(SmsOutcome.UNKNOWN)
    if not isinstance(answer, dict):
        return SmsResult(SmsOutcome.UNKNOWN)
    if answer.get("status") != "OK":
        return _failure(answer)
    recipients = answer.get("sms")
    recipient = recipients.get(digits) if isinstance(recipients, dict) else None
    if not isinstance(recipient, dict):
        return SmsResult(SmsOutcome.UNKNOWN)
    if recipient.get("status") != "OK":
        return _failure(recipient)
    return SmsResult(SmsOutcome.ACCEPTED, _text(recipient.get("sms_id")), _text(recipient.get("status_code")))


def _failure(level: dict[str, Any]) -> SmsResult:
    code = _text(level.get("status_code"))
    if code is None:
        return SmsResult(SmsOutcome.UNKNOWN)
    return SmsResult(OUTCOMES.get(code, SmsOutcome.REFUSED), _text(level.get("sms_id")), code)


def _text(value: object) -> str | None:
    """SMS.RU writes numbers as numbers or strings, as it likes."""
    return None if value is None else str(value)
