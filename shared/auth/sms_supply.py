"""Before the money or the day's limit for text messages is used up, a person is told: without codes nobody signs."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from shared.auth import provider_alarms
from shared.db.session import Transactions
from shared.observability import log
from shared.ports.sms import SmsAccount, SmsProviderSilent

#: From this share on the day's limit counts as nearly used, in percent.
_NEARLY_USED_PERCENT: Final = 80


def check(
    transactions: Transactions, account: SmsAccount, *, alarm_kopecks: int, now: datetime
) -> dict[str, int]:
    """Ask the provider, and open one task for each thing that runs short; settled, it opens again while that is so.

    :param alarm_kopecks: a balance below this is low
    :returns: how many of the two run short, and how many the provider didn't tell (the log says why)
    """
    questions: dict[str, Callable[[], bool]] = {
        "balance_low": lambda: account.balance_kopecks() < alarm_kopecks,
        "day_limit_near": lambda: _nearly_used(*account.day_limit()),
    }
    short: list[str] = []
    silent = 0
    for reason, asked in questions.items():
        try:
            if asked():
                short.append(reason)
        except SmsProviderSilent as silence:
            log.error("sms_account_unknown", asked=reason, answer=str(silence))
            silent += 1
    if short:
        with transactions() as session:
            for reason in short:
                provider_alarms.sms(session, reason, now=now)
    return {"short": len(short), "silent": silent}


def _nearly_used(limit: int, used: int) -> bool:
    return used * 100 >= limit * _NEARLY_USED_PERCENT
