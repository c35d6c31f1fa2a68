"""What is left of a split: held, released, and in all, less what goes back to the payer.

A split that is released in part has some of both. A release looks at ``held`` only, a refund at all three.
"""

from collections import defaultdict
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.kernel.money import Money
from shared.payments.models import Split


def held(split: Split) -> Money:
    """What a release of all would post of it."""
    return split.amount_kopecks - split.posted_kopecks - split.refunded_held_kopecks


def posted(split: Split) -> Money:
    """What was released of it and doesn't go back; it may be paid out by now."""
    return split.posted_kopecks - split.refunded_posted_kopecks


def refundable(split: Split) -> Money:
    """What has neither gone back nor is about to."""
    gone = split.refunded_held_kopecks + split.refunded_posted_kopecks + split.refund_waiting_kopecks
    return split.amount_kopecks - gone


def of_steps(session: Session, deal_id: UUID) -> dict[UUID, Money]:
    """What is left of the payment of each paid step of a deal, by the step's id."""
    left: dict[UUID, Money] = defaultdict(Money.zero)
    for split in session.scalars(select(Split).where(Split.deal_id == deal_id)):
        left[split.schedule_id] += refundable(split)
    return dict(left)
