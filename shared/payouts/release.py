"""Releasing paid steps whose rule is met: days are over, the date is reached, the milestone or the act accepted."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.db.session import Transactions
from shared.deals import lifecycle
from shared.deals import service as deals
from shared.deals.models import Deal, PaymentStep, StepStatus
from shared.kernel.money import Money
from shared.observability import log
from shared.payouts import release_posting
from shared.payouts.release_posting import Decided

#: A run's time must be enough, though each may wait for a lock.
BATCH: Final = 100


def release_due(transactions: Transactions, *, now: datetime) -> dict[str, int]:
    """Release every due step of deals that aren't in dispute, each in a transaction of its own.

    Two runs at once are safe: the second finds the step released. ``error`` counts those that could not be.
    """
    with transactions() as session:
        due = session.execute(
            select(PaymentStep.id, PaymentStep.deal_id)
            .join(Deal, Deal.id == PaymentStep.deal_id)
            .where(
                PaymentStep.status == StepStatus.PAID,
                PaymentStep.release_due_at <= now,
                Deal.status.not_in(lifecycle.FROZEN),
            )
            .order_by(PaymentStep.release_due_at)
            .limit(BATCH)
        ).all()
    counts = {"released": 0, "due": len(due)}
    for step_id, deal_id in due:
        try:
            with transactions() as session:
                counts["released"] += release_step(session, step_id=step_id, deal_id=deal_id, now=now)
        except Exception as error:  # noqa: BLE001 -- what is wrong with one step must not stop the rest
            log.surprise("step_not_released", error)
            log.error("step_put_off", step_id=str(step_id))
            counts["error"] = counts.get("error", 0) + 1
    return counts


def release_step(session: Session, *, step_id: UUID, deal_id: UUID, now: datetime) -> bool:
    """Release all that is held of one due step; False when it is no longer to be released."""
    deal = deals.deal_for_update(session, deal_id)
    step = session.get_one(PaymentStep, step_id, with_for_update=True, populate_existing=True)
    if step.status is not StepStatus.PAID or deal.status in lifecycle.FROZEN or not _is_due(step, now):
        return False
    held = release_posting.held_of(session, step)
    if held.is_wanted_back or held.amount == Money.zero():
        return False
    release_posting.release(session, step, held, held.amount, decided=Decided(), now=now)
    return True


def _is_due(step: PaymentStep, now: datetime) -> bool:
    """As it is under the lock: a rule's fact may have been taken back meanwhile."""
    return step.release_due_at is not None and step.release_due_at <= now
