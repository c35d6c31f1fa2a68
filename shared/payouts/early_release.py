"""Held money of a step is released before its rule says so: both sides agree, or an operator decides."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from shared.audit.service import Actor
from shared.config.releases import ReleaseSettings
from shared.deals import lifecycle
from shared.deals import service as deals
from shared.deals.models import StepStatus
from shared.deals.service import Viewer
from shared.kernel.money import Money
from shared.payouts import release_posting
from shared.payouts.errors import NothingHeld, ReleaseAboveLimit, ReleaseFrozen, ReleaseTooLarge
from shared.payouts.release_models import ReleaseReason, StepRelease
from shared.payouts.release_posting import Decided


def release_early(
    session: Session,
    *,
    deal_id: UUID,
    step_no: int,
    amount: Money | None,
    reason: ReleaseReason,
    viewer: Viewer,
    actor: Actor,
    settings: ReleaseSettings,
    now: datetime,
) -> StepRelease:
    """Release a part of what a step holds, or (None) all of it.

    :param viewer: a member of staff
    :raises DealNotFound, StepNotFound: as they say
    :raises ReleaseFrozen: the deal is in dispute or being cancelled, or a refund waits for its approval
    :raises NothingHeld: the step isn't paid, or is released
    :raises ReleaseTooLarge: more than is held
    :raises ReleaseAboveLimit: more than one person may decide
    """
    deals.visible_deal(session, deal_id, viewer)
    deal = deals.deal_for_update(session, deal_id)
    step = deals.step_for_update(session, deal_id=deal_id, step_no=step_no)
    if deal.status in lifecycle.FROZEN:
        raise ReleaseFrozen(lifecycle.LABELS[deal.status])
    if step.status is not StepStatus.PAID:
        raise NothingHeld(step_no)
    held = release_posting.held_of(session, step)
    if held.amount == Money.zero():
        raise NothingHeld(step_no)
    if held.is_wanted_back:
        raise ReleaseFrozen("ждёт решения о возврате")
    wanted = amount or held.amount
    if wanted > held.amount:
        raise ReleaseTooLarge(wanted, held.amount)
    if wanted > settings.alone_up_to:
        raise ReleaseAboveLimit(settings.alone_up_to)
    decided = Decided(reason, viewer.user_id, actor)
    return release_posting.release(session, step, held, wanted, decided=decided, now=now)
