"""Refunds as people see them: each only those of his deals; staff see all of them."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from shared.access.rights import Reach
from shared.deals.models import Deal, PaymentStep
from shared.deals.service import Viewer, seen_by
from shared.payments import views as payments
from shared.refunds.errors import RefundNotFound
from shared.refunds.models import Refund, RefundStatus
from shared.vault import service as vault
from shared.vault.service import KeyDestroyed, Sealer


class RefundFacts(NamedTuple):
    refund: Refund
    #: None for a payment that fitted nothing
    step_no: int | None
    #: None for the client: the executor's words about him are not for him; and where they were erased
    comment: str | None


def facts_of(session: Session, refund: Refund, viewer: Viewer) -> RefundFacts:
    """:param refund: within the viewer's reach"""
    step = None if refund.schedule_id is None else session.get_one(PaymentStep, refund.schedule_id)
    return RefundFacts(refund, None if step is None else step.step_no, _comment(session, refund, viewer))


def visible_refund(session: Session, refund_id: UUID, viewer: Viewer) -> RefundFacts:
    """:raises RefundNotFound: also for a refund of somebody else's deal"""
    refund = session.scalars(_seen(viewer).where(Refund.id == refund_id)).one_or_none()
    if refund is None:
        raise RefundNotFound
    return facts_of(session, refund, viewer)


def refunds_of_payment(
    session: Session, payment_id: UUID, viewer: Viewer, *, offset: int, size: int
) -> tuple[list[RefundFacts], int]:
    """A payment's refunds, newest first, and how many there are.

    :raises PaymentNotFound: also for a payment of somebody else's deal
    """
    payments.payment_of(session, payment_id, viewer)
    return _page(session, _seen(viewer).where(Refund.payment_id == payment_id), viewer, offset, size)


def refunds_page(
    session: Session, viewer: Viewer, *, status: RefundStatus | None, offset: int, size: int
) -> tuple[list[RefundFacts], int]:
    """Refunds within the viewer's reach, newest first, and how many there are."""
    found = _seen(viewer)
    if status is not None:
        found = found.where(Refund.status == status)
    return _page(session, found, viewer, offset, size)


def _seen(viewer: Viewer) -> Select[Refund]:
    return select(Refund).outerjoin(Deal, Deal.id == Refund.deal_id).where(seen_by(viewer))


def _page(
    session: Session, found: Select[Refund], viewer: Viewer, offset: int, size: int
) -> tuple[list[RefundFacts], int]:
    total = session.scalar(select(func.count()).select_from(found.subquery())) or 0
    rows = session.scalars(found.order_by(Refund.id.desc()).offset(offset).limit(size))
    return [facts_of(session, refund, viewer) for refund in rows], total


def _comment(session: Session, refund: Refund, viewer: Viewer) -> str | None:
    if refund.comment is None or refund.deal_id is None or viewer.reach is Reach.PARTY:
        return None
    try:
        key = vault.key_of(session, refund.deal_id)
    except KeyDestroyed:
        return None
    return Sealer(key, table=Refund.__tablename__, row=refund.id).open("comment", refund.comment)
