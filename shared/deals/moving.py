"""A deal moves on, and the audit log says from where to where and by whom."""

from datetime import datetime

from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import Actor
from shared.deals import lifecycle
from shared.deals.models import Deal, DealStatus


def move(session: Session, deal: Deal, to: DealStatus, *, actor: Actor, now: datetime) -> None:
    """Change the state of a locked deal; set what else changes with it before, since each writing is a revision.

    :raises TransitionNotAllowed: see ``lifecycle.move``
    """
    before = deal.status
    lifecycle.move(deal, to, now=now)
    audit.record(
        session,
        actor,
        f"deal.{to}",
        entity=("deal", deal.id),
        before={"status": before},
        after={"status": to},
        now=now,
    )
