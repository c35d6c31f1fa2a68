"""A side of a deal opens a dispute: the deal stands still, and what isn't paid out yet is set aside."""

from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from shared.access.rights import Reach
from shared.audit.service import Actor
from shared.deals import acceptance, moving
from shared.deals import service as deals
from shared.deals.models import Deal, DealStatus
from shared.deals.service import Viewer
from shared.disputes import money, trail
from shared.disputes.errors import DisputeTooLarge
from shared.disputes.models import Dispute, DisputeSide, DisputeStatus
from shared.documents import acts
from shared.kernel.identifiers import new_id
from shared.kernel.money import Money, total
from shared.security.pii import Sealed
from shared.tasks import service as tasks
from shared.vault import service as vault

#: kind of the task of a dispute that an operator must decide
TO_DECIDE: Final = "dispute_to_decide"


class Claim(NamedTuple):
    """What is disputed: a step or all of them, a sum or all that is left; and why, in the opener's words."""

    step_no: int | None
    amount: Money | None
    reason: str


def open_dispute(
    session: Session, *, deal_id: UUID, claim: Claim, viewer: Viewer, actor: Actor, now: datetime
) -> Dispute:
    """Stop the deal's money until an operator decides or the opener withdraws.

    What waits for the client's acceptance is objected to by this; a payout that the provider may have goes on.

    :raises DealNotFound: also for somebody else's deal
    :raises StepNotFound: the plan has no such step
    :raises TransitionNotAllowed: there is nothing to dispute in this state, or a dispute is open
    :raises DisputeTooLarge: less is left than is claimed
    """
    deals.visible_deal(session, deal_id, viewer)
    deal = deals.deal_for_update(session, deal_id)
    before = deal.status
    moving.move(session, deal, DealStatus.DISPUTE, actor=actor, now=now)
    step = None
    if claim.step_no is not None:
        step = deals.step_for_update(session, deal_id=deal_id, step_no=claim.step_no)
    disputed = money.disputed_of(session, deal_id, None if step is None else step.id)
    left = total([each.left for each in disputed])
    if claim.amount is not None and claim.amount > left:
        raise DisputeTooLarge(claim.amount, left)
    dispute_id = new_id()
    dispute = Dispute(
        id=dispute_id,
        deal_id=deal_id,
        schedule_id=None if step is None else step.id,
        amount_kopecks=claim.amount,
        status=DisputeStatus.OPEN,
        side=_side(session, deal_id, viewer),
        opened_by=viewer.user_id,
        reason=sealed(session, deal_id, dispute_id, "reason", claim.reason),
        deal_status_before=before,
        opened_at=now,
    )
    session.add(dispute)
    session.flush()
    trail.record(session, dispute, "opened", before=None, actor=actor, now=now)
    _object_to_all(session, deal, claim.reason, actor, now)
    money.hold(session, dispute, disputed, now=now)
    tasks.open_task(session, TO_DECIDE, entity=("dispute", dispute.id), reason=dispute.side, now=now)
    session.flush()
    return dispute


def sealed(session: Session, deal_id: UUID, dispute_id: UUID, column: str, words: str) -> Sealed:
    return sealer_of(session, deal_id, dispute_id).seal(column, words)


def sealer_of(session: Session, deal_id: UUID, dispute_id: UUID) -> vault.Sealer:
    return vault.Sealer(vault.key_of(session, deal_id), table=Dispute.__tablename__, row=dispute_id)


def _side(session: Session, deal_id: UUID, viewer: Viewer) -> DisputeSide:
    """A self-employed executor is of his side through whatever door he came."""
    is_client = viewer.reach is Reach.PARTY and (
        deals.client_party(session, deal_id).user_id == viewer.user_id
    )
    return DisputeSide.CLIENT if is_client else DisputeSide.EXECUTOR


def _object_to_all(session: Session, deal: Deal, reason: str, actor: Actor, now: datetime) -> None:
    for each in acceptance.all_asked(session, deal.id):
        acceptance.object_to(session, each, objection=reason, actor=actor, now=now)
    acts.void(session, deal, actor=actor, now=now)
