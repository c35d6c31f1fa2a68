"""Payments as people see them: each only those of his deals, and owners as words, never as ids."""

from collections.abc import Sequence
from typing import Literal, NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.access.rights import Reach
from shared.deals.models import Deal, PaymentStep
from shared.deals.service import Viewer, seen_by
from shared.payments.errors import PaymentNotFound
from shared.payments.models import Payment, PaymentStatus, Split

OwnerWord = Literal["platform", "agency", "agent"]


class PaymentFacts(NamedTuple):
    payment: Payment
    step_no: int
    #: empty for the client: how the executor shares his price is not the client's
    splits: Sequence[Split]


def owner_word(user_id: UUID | None, organization_id: UUID | None) -> OwnerWord:
    if organization_id is not None:
        return "agency"
    return "platform" if user_id is None else "agent"


def payment_of(session: Session, payment_id: UUID, viewer: Viewer) -> PaymentFacts:
    """:raises PaymentNotFound: also for a payment of somebody else's deal, or one that is in suspense"""
    row = session.execute(
        select(Payment, PaymentStep.step_no)
        .join(PaymentStep, PaymentStep.id == Payment.schedule_id)
        .join(Deal, Deal.id == Payment.deal_id)
        .where(Payment.id == payment_id, Payment.status == PaymentStatus.RECEIVED, seen_by(viewer))
    ).one_or_none()
    if row is None:
        raise PaymentNotFound
    return PaymentFacts(row[0], row[1], _splits(session, payment_id, viewer))


def payments_page(
    session: Session, viewer: Viewer, *, deal_id: UUID | None, offset: int, size: int
) -> tuple[list[tuple[Payment, int]], int]:
    """Received payments with their steps' numbers, newest first, and how many there are."""
    found = (
        select(Payment, PaymentStep.step_no)
        .join(PaymentStep, PaymentStep.id == Payment.schedule_id)
        .join(Deal, Deal.id == Payment.deal_id)
        .where(Payment.status == PaymentStatus.RECEIVED, seen_by(viewer))
    )
    if deal_id is not None:
        found = found.where(Payment.deal_id == deal_id)
    total = session.scalar(select(func.count()).select_from(found.subquery())) or 0
    rows = session.execute(found.order_by(Payment.id.desc()).offset(offset).limit(size))
    return [(row[0], row[1]) for row in rows], total


def _splits(session: Session, payment_id: UUID, viewer: Viewer) -> Sequence[Split]:
    if viewer.reach is Reach.PARTY:
        return ()
    return session.scalars(select(Split).where(Split.payment_id == payment_id).order_by(Split.position)).all()
