"""What a refund that succeeded ends: a step of which nothing is left, a deal that was being cancelled."""

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import SYSTEM
from shared.deals import moving
from shared.deals.models import Deal, DealStatus, PaymentStep, StepStatus
from shared.kernel.money import Money, total
from shared.payments import closing, remains
from shared.refunds import finding
from shared.refunds.finding import Locked
from shared.refunds.lifecycle import FINAL
from shared.refunds.models import Refund


def after_success(session: Session, found: Locked, *, now: datetime) -> None:
    """A paid step that went back whole is cancelled; one of which something was released stays released, as its story says.

    :param found: locked; the refund has succeeded
    """
    if found.step is None or found.deal is None:
        return
    splits = finding.splits_of(session, found.refund.payment_id)
    held = total([remains.held(split) for split in splits])
    if found.step.status is StepStatus.PAID and held == Money.zero() and not _others(session, found):
        # What was released before the rest went back stays released.
        posted = total([remains.posted(split) for split in splits])
        found.step.status = StepStatus.CANCELLED if posted == Money.zero() else StepStatus.RELEASED
        if found.step.status is StepStatus.RELEASED:
            found.step.released_at = now
        audit.record(
            session,
            SYSTEM,
            f"step.{found.step.status}",
            entity=("payment_schedule", found.step.id),
            before={"status": StepStatus.PAID},
            after={"status": found.step.status, "step_no": found.step.step_no, "reason": "refunded"},
            now=now,
        )
        session.flush()
    finish_cancelling(session, found.deal, now=now)


def finish_cancelling(session: Session, deal: Deal, *, now: datetime) -> None:
    """A deal that is being cancelled is cancelled once its refunds are final and no step holds money.

    Links that are still open end with it.

    :param deal: locked
    """
    if deal.status is not DealStatus.CANCELLING:
        return
    holds = exists().where(PaymentStep.deal_id == deal.id, PaymentStep.status == StepStatus.PAID)
    open_refund = exists().where(Refund.deal_id == deal.id, Refund.status.not_in(FINAL))
    if not session.scalar(select(holds | open_refund)):
        closing.close_others(session, "deal_cancelled", deal_id=deal.id, now=now)
        moving.move(session, deal, DealStatus.CANCELLED, actor=SYSTEM, now=now)


def _others(session: Session, found: Locked) -> bool:
    """Another refund of the step has no end yet."""
    step = found.refund.schedule_id
    return bool(
        session.scalar(select(exists().where(Refund.schedule_id == step, Refund.status.not_in(FINAL))))
    )
