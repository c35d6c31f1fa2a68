from dataclasses import dataclass, field
from functools import cache

from shared.config import environment as env


@dataclass(frozen=True, slots=True)
class SmsSettings:
    base_url: str
    api_id: str = field(repr=False)
    sender: str | None
    timeout_seconds: int
    #: an operator is told when less than this is left on the account
    balance_alarm_kopecks: int = 100_000


@cache
def load() -> SmsSettings:
    return SmsSettings(
        base_url=env.https_in_production("SMSRU_URL", env.text("SMSRU_URL", "https://sms.ru")),
        api_id=env.text("SMSRU_API_ID"),
        sender=env.optional("SMSRU_SENDER"),
        timeout_seconds=env.integer("SMSRU_TIMEOUT_SECONDS", 10, low=1, high=25),
        balance_alarm_kopecks=env.integer("SMSRU_BALANCE_ALARM_KOPECKS", 100_000, high=1_000_000_000),
    )
