"""Into which parts a sum is to be divided so that the rails carry each; pure."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from shared.kernel.money import Money
from shared.payments.limits import PAY_OUT_MOST
from shared.payments.splits import SplitRule, SplitShare, split
from shared.ports.payments import Capabilities

#: A step of more parts than that isn't paid by links any more.
MOST_PARTS: Final = 100


def equal_parts(whole: Money, count: int) -> list[Money]:
    """As equal as kopecks allow: the first parts hold the kopecks left over.

    :param count: from one to as many as there are kopecks
    """
    size, left = divmod(whole.kopecks, count)
    if count < 1 or size < 1:
        raise ValueError("each part holds something")
    return [Money(size + (place < left)) for place in range(count)]


def offered_parts(whole: Money, rule: SplitRule, capabilities: Capabilities) -> list[Money]:
    """The fewest nearly equal parts each of which can be collected and paid out; empty beyond ``MOST_PARTS``."""
    fewest = max(2, -(-whole.kopecks // capabilities.most.kopecks))
    for count in range(fewest, MOST_PARTS + 1):
        parts = equal_parts(whole, count)
        if parts[-1] < capabilities.least:
            break
        if all(is_carried(size, rule, capabilities) for size in {parts[0], parts[-1]}):
            return parts
    return []


def is_carried(amount: Money, rule: SplitRule, capabilities: Capabilities) -> bool:
    """Whether a payment of so much can be collected, and each person's share of it paid out."""
    if not capabilities.least <= amount <= capabilities.most:
        return False
    return largest_of_a_person(split(amount, rule)) <= PAY_OUT_MOST


def largest_of_a_person(shares: Sequence[SplitShare]) -> Money:
    """Organizations are paid to a bank account, which carries any sum."""
    sums: dict[UUID | None, Money] = {}
    for share in shares:
        if share.owner.kind == "user":
            sums[share.owner.id] = sums.get(share.owner.id, Money.zero()) + share.amount
    return max(sums.values(), default=Money.zero())
