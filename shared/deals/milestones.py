"""A milestone of the plan: the executor reports it, the client confirms it or objects."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from shared.audit.service import Actor
from shared.deals import acceptance
from shared.deals import service as deals
from shared.deals.acceptance_errors import AlreadyAccepted, NoMilestone
from shared.deals.acceptance_models import AcceptedBy
from shared.deals.models import Deal, PaymentStep
from shared.deals.service import Viewer
from shared.deals.words import ReleaseRule


def report(
    session: Session, *, deal_id: UUID, step_no: int, viewer: Viewer, actor: Actor, now: datetime
) -> Deal:
    """The executor says that a step's event has happened; the client is told.

    :raises DealNotFound: also for a deal that isn't the caller's
    :raises StepNotFound, NoMilestone, DealNotGoingOn: as they say
    :raises AlreadyAsked, AlreadyAccepted: it was reported before
    """
    deal, step = _locked(session, deal_id, step_no, viewer)
    acceptance.require_going_on(deal)
    if step.accepted_at is not None:
        raise AlreadyAccepted
    acceptance.ask(session, deal, step, actor=actor, now=now)
    return deal


def confirm(
    session: Session, *, deal_id: UUID, step_no: int, viewer: Viewer, actor: Actor, now: datetime
) -> Deal:
    """The client agrees: the step is due for release once it is paid.

    :raises DealNotFound: also for somebody else's deal
    :raises StepNotFound, NoMilestone, DealNotGoingOn, NotTheClient, NothingToAccept: as they say
    """
    deal, step = _locked(session, deal_id, step_no, viewer)
    acceptance.require_client(session, deal_id, viewer)
    acceptance.require_going_on(deal)
    found = acceptance.answered(session, deal_id, step)
    acceptance.accept(session, deal, found, by=AcceptedBy.CLIENT, actor=actor, now=now)
    return deal


def object_to(
    session: Session,
    *,
    deal_id: UUID,
    step_no: int,
    objection: str,
    viewer: Viewer,
    actor: Actor,
    now: datetime,
) -> Deal:
    """The client disagrees, in his words; the executor may report it anew. The refusals of ``confirm``."""
    deal, step = _locked(session, deal_id, step_no, viewer)
    acceptance.require_client(session, deal_id, viewer)
    acceptance.require_going_on(deal)
    found = acceptance.answered(session, deal_id, step)
    acceptance.object_to(session, found, objection=objection, actor=actor, now=now)
    return deal


def _locked(session: Session, deal_id: UUID, step_no: int, viewer: Viewer) -> tuple[Deal, PaymentStep]:
    """The deal and the step as the terms have it: a part's milestone is that of the whole."""
    deals.visible_deal(session, deal_id, viewer)
    deal = deals.deal_for_update(session, deal_id)
    step = deals.step_for_update(session, deal_id=deal_id, step_no=step_no)
    while step.part_of is not None:
        step = deals.step_for_update(session, deal_id=deal_id, step_no=step.part_of)
    if step.release_rule is not ReleaseRule.MILESTONE:
        raise NoMilestone(step_no)
    return deal, step
