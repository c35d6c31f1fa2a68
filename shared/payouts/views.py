"""Payouts as their owners see them: a person his own, an agency's admin the agency's; others see none."""

from uuid import UUID

from sqlalchemy import ColumnElement, false, func, select, true
from sqlalchemy.orm import Session

from shared.access.rights import Reach
from shared.deals.models import PaymentStep
from shared.deals.service import Viewer
from shared.payouts.models import Payout


def payouts_page(
    session: Session, viewer: Viewer, *, deal_id: UUID | None, offset: int, size: int
) -> tuple[list[tuple[Payout, int]], int]:
    """Payouts with their steps' numbers, newest first, and how many there are."""
    found = (
        select(Payout, PaymentStep.step_no)
        .join(PaymentStep, PaymentStep.id == Payout.schedule_id)
        .where(owned_by(viewer))
    )
    if deal_id is not None:
        found = found.where(Payout.deal_id == deal_id)
    total = session.scalar(select(func.count()).select_from(found.subquery())) or 0
    rows = session.execute(found.order_by(Payout.id.desc()).offset(offset).limit(size))
    return [(row[0], row[1]) for row in rows], total


def owned_by(viewer: Viewer) -> ColumnElement[bool]:
    match viewer.reach:
        case Reach.ANY:
            return true()
        case Reach.OWN:
            return Payout.owner_user_id == viewer.user_id
        case Reach.AGENCY if viewer.organization_id is not None:
            return Payout.owner_organization_id == viewer.organization_id
    return false()
