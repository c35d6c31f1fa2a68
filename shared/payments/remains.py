"""What is left of a split: held and not released, and in all, less what goes back to the payer."""

from shared.kernel.money import Money
from shared.payments.models import Split, SplitStatus


def held(split: Split) -> Money:
    """What a release would post of it."""
    if split.status is SplitStatus.POSTED:
        return Money.zero()
    return split.amount_kopecks - split.refunded_held_kopecks


def refundable(split: Split) -> Money:
    """What has neither gone back nor is about to."""
    gone = split.refunded_held_kopecks + split.refunded_posted_kopecks + split.refund_waiting_kopecks
    return split.amount_kopecks - gone
