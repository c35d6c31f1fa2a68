"""Disputes as the deal's people and staff see them."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.deals import service as deals
from shared.deals.models import PaymentStep
from shared.deals.service import Viewer
from shared.disputes.models import Dispute, DisputeStatus
from shared.disputes.opening import sealer_of


class DisputeFacts(NamedTuple):
    """A dispute with its step's number and its words, opened."""

    dispute: Dispute
    step_no: int | None
    reason: str
    decision: str | None


def facts_of(session: Session, dispute: Dispute) -> DisputeFacts:
    step_no = None
    if dispute.schedule_id is not None:
        step_no = session.get_one(PaymentStep, dispute.schedule_id).step_no
    sealer = sealer_of(session, dispute.deal_id, dispute.id)
    return DisputeFacts(
        dispute,
        step_no,
        sealer.open("reason", dispute.reason),
        sealer.open_optional("decision", dispute.decision),
    )


def disputes_of_deal(session: Session, deal_id: UUID, viewer: Viewer) -> list[DisputeFacts]:
    """Newest first. :raises DealNotFound: also for somebody else's deal"""
    deals.visible_deal(session, deal_id, viewer)
    found = session.scalars(
        select(Dispute).where(Dispute.deal_id == deal_id).order_by(Dispute.opened_at.desc())
    )
    return [facts_of(session, dispute) for dispute in found]


def disputes_page(
    session: Session, *, status: DisputeStatus | None, offset: int, size: int
) -> tuple[list[DisputeFacts], int]:
    """For staff, the oldest first, and how many there are."""
    found = select(Dispute)
    if status is not None:
        found = found.where(Dispute.status == status)
    total = session.scalar(select(func.count()).select_from(found.subquery())) or 0
    rows = session.scalars(found.order_by(Dispute.opened_at, Dispute.id).offset(offset).limit(size))
    return [facts_of(session, dispute) for dispute in rows], total
