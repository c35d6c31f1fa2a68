"""What SMS.RU says of our account, and of messages that it took. All its numbers may come as strings, or not at all."""

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from http.client import OK as HTTP_OK
from typing import Any, Final

from shared.adapters.sms import smsru_http as http
from shared.adapters.sms.smsru_codes import progress_of
from shared.config import sms
from shared.config.sms import SmsSettings
from shared.ports.sms import SmsAccount, SmsProviderSilent, SmsReport

_MOST_IDS: Final = 100
_COUNT: Final = re.compile(r"\d{1,9}")
_KOPECKS_IN_RUBLE: Final = 100


def sms_account() -> SmsAccount:
    return SmsRuAccount(sms.load())


class SmsRuAccount:
    def __init__(self, settings: SmsSettings) -> None:
        self._settings = settings

    def balance_kopecks(self) -> int:
        said = http.text_of(self._ask("/my/balance").get("balance"))
        try:
            return int(Decimal(said or "") * _KOPECKS_IN_RUBLE)
        except (InvalidOperation, ValueError, OverflowError):
            raise SmsProviderSilent("no balance") from None

    def day_limit(self) -> tuple[int, int]:
        answer = self._ask("/my/limit")
        # SMS.RU was seen to say null for nothing used.
        limit, used = answer.get("total_limit"), answer.get("used_today") or 0
        return _count(limit), _count(used)

    def reports(self, provider_message_ids: Sequence[str]) -> list[SmsReport]:
        if len(provider_message_ids) > _MOST_IDS:
            raise ValueError(f"SMS.RU takes {_MOST_IDS} ids at once")
        found = self._ask("/sms/status", sms_id=",".join(provider_message_ids)).get("sms")
        if not isinstance(found, dict):
            raise SmsProviderSilent("no messages")
        return [
            SmsReport(message_id, progress_of(code), code)
            for message_id in provider_message_ids
            if isinstance(one := found.get(message_id), dict)
            and (code := http.text_of(one.get("status_code"))) is not None
        ]

    def _ask(self, path: str, **fields: str) -> dict[str, Any]:
        try:
            status, body = http.ask(self._settings, path, fields)
        except (http.NotConnected, http.NoAnswer) as failure:
            raise SmsProviderSilent(type(failure).__name__) from None
        answer = http.fields_of(body) if status == HTTP_OK else None
        if answer is None:
            raise SmsProviderSilent(f"http_{status}")
        if answer.get("status") != "OK":
            raise SmsProviderSilent(f"code_{http.text_of(answer.get('status_code'))}")
        return answer


def _count(value: object) -> int:
    said = http.text_of(value) or ""
    if not _COUNT.fullmatch(said):
        raise SmsProviderSilent("no count")
    return int(said)
