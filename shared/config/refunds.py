from datetime import timedelta
from functools import cache
from typing import NamedTuple

from shared.config import environment as env
from shared.kernel.money import Money


class RefundSettings(NamedTuple):
    """From which sums on a refund is confirmed by a code to the phone, and by a second person."""

    step_up_above: Money
    approval_above: Money
    #: how long it waits for the second person
    approval_within: timedelta


@cache
def load() -> RefundSettings:
    return RefundSettings(
        step_up_above=Money(env.integer("REFUND_STEP_UP_ABOVE_KOPECKS", 10_000_00, high=10**12)),
        approval_above=Money(env.integer("REFUND_APPROVAL_ABOVE_KOPECKS", 100_000_00, high=10**12)),
        approval_within=timedelta(days=env.integer("REFUND_APPROVAL_DAYS", 3, low=1, high=30)),
    )
