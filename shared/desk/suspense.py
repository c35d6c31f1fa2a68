"""Money that fitted nothing, as the operators' desk sees it."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.deals.models import PaymentStep
from shared.payments import suspense
from shared.payments.models import Payment, PaymentStatus
from shared.tasks.tables import operator_tasks


class SuspendedPayment(NamedTuple):
    """``step_no`` is that of the step that it was asked for, where it was."""

    payment: Payment
    step_no: int | None
    reason: str


def page(session: Session, *, offset: int, limit: int) -> tuple[list[SuspendedPayment], int]:
    """Payments in suspense, the longest there first, and how many there are."""
    total = session.scalar(select(func.count()).where(Payment.status == PaymentStatus.SUSPENSE)) or 0
    rows = session.execute(
        select(Payment, PaymentStep.step_no)
        .join(PaymentStep, PaymentStep.id == Payment.schedule_id, isouter=True)
        .where(Payment.status == PaymentStatus.SUSPENSE)
        .order_by(Payment.recorded_at, Payment.id)
        .offset(offset)
        .limit(limit)
    ).all()
    reasons = _reasons(session, [row[0].id for row in rows])
    return [SuspendedPayment(row[0], row[1], reasons[row[0].id]) for row in rows], total


def _reasons(session: Session, payment_ids: Sequence[UUID]) -> dict[UUID, str]:
    """By the newest task about each: one whose return failed is there for that."""
    tasks = operator_tasks.c
    rows = session.execute(
        select(tasks.entity_id, tasks.reason)
        .where(tasks.kind == suspense.TASK, tasks.entity_id.in_(payment_ids))
        .order_by(tasks.created_at, tasks.id)
    )
    return {row.entity_id: row.reason for row in rows}


def age_seconds(payment: Payment, now: datetime) -> int:
    return max(0, int((now - payment.recorded_at).total_seconds()))
