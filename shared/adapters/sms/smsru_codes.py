"""What SMS.RU's delivery codes mean."""

from typing import Final

from shared.ports.sms import SmsProgress

#: delivered; read, where the operator tells
_DELIVERED: Final = frozenset({"103", "110"})
#: expired, deleted by the operator, the phone's fault, reason unknown, rejected, no route
_UNDELIVERED: Final = frozenset({"104", "105", "106", "107", "108", "150"})


def progress_of(code: str) -> SmsProgress:
    """Queued, being passed to the operator, and what nobody knows are all on their way: they decide nothing."""
    if code in _DELIVERED:
        return SmsProgress.DELIVERED
    if code in _UNDELIVERED:
        return SmsProgress.UNDELIVERED
    return SmsProgress.NOT_FOUND if code == "-1" else SmsProgress.ON_ITS_WAY
