"""A dispute ends: an operator decides who gets what, or its opener withdraws; the deal goes on from where it stood."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.audit.service import Actor
from shared.config.refunds import RefundSettings
from shared.deals import moving
from shared.deals import service as deals
from shared.deals.models import Deal, DealStatus
from shared.deals.service import Viewer
from shared.disputes import money, trail
from shared.disputes.errors import (
    DisputeNotFound,
    DisputeNotOpen,
    DisputeTooLarge,
    NoOpenDispute,
    NotYourDispute,
)
from shared.disputes.models import Dispute, DisputeStatus
from shared.disputes.money import Disputed
from shared.disputes.opening import sealed
from shared.kernel.money import Money, total
from shared.payments.splits import by_largest_remainder
from shared.payouts import release_posting
from shared.payouts.release_models import ReleaseReason
from shared.payouts.release_posting import Decided
from shared.refunds import requesting
from shared.refunds.models import RefundReason
from shared.refunds.requesting import Wanted
from shared.tasks import service as tasks


class Decision(NamedTuple):
    """Sums of what the client paid; what neither gets goes on by the rules of the signed terms."""

    to_executor: Money
    to_client: Money
    #: the operator's words
    reason: str


class RefundMeans(NamedTuple):
    """What a refund needs to know besides; see ``requesting.request_refund``."""

    pays_back_parts: Callable[[str], bool]
    settings: RefundSettings


def decide(
    session: Session,
    *,
    dispute_id: UUID,
    decision: Decision,
    means: RefundMeans,
    viewer: Viewer,
    actor: Actor,
    now: datetime,
) -> Dispute:
    """Give the client his part back, release the executor's, and let the deal go on.

    The client's part is taken from all disputed steps by what is left of them, first out of what is held. Of the
    executor's, what was released already counts; the rest is released now.

    :param viewer: a member of staff
    :raises DisputeNotFound, DisputeNotOpen: as they say
    :raises DisputeTooLarge: more than the dispute is about
    The refusals of ``requesting.request_refund`` pass through.
    """
    dispute, deal = _locked(session, dispute_id)
    disputed = money.disputed_of(session, deal.id, dispute.schedule_id)
    left = total([each.left for each in disputed])
    most = left if dispute.amount_kopecks is None else min(dispute.amount_kopecks, left)
    if decision.to_executor + decision.to_client > most:
        raise DisputeTooLarge(decision.to_executor + decision.to_client, most)
    words = sealed(session, deal.id, dispute.id, "decision", decision.reason)
    dispute.to_executor_kopecks = decision.to_executor
    dispute.to_client_kopecks = decision.to_client
    dispute.decision = words
    _end(session, dispute, deal, DisputeStatus.DECIDED, viewer, actor, now)
    _refund(session, disputed, decision.to_client, means, viewer, actor, now)
    decided = Decided(ReleaseReason.DISPUTE_DECISION, viewer.user_id, actor)
    _release(session, dispute, decision.to_executor, decided, now)
    session.flush()
    return dispute


def withdraw(session: Session, *, deal_id: UUID, viewer: Viewer, actor: Actor, now: datetime) -> Dispute:
    """Who opened the deal's dispute takes it back: everything is as before, but for what it had objected to.

    :raises DealNotFound: also for somebody else's deal
    :raises NoOpenDispute, NotYourDispute: as they say
    """
    deals.visible_deal(session, deal_id, viewer)
    deal = deals.deal_for_update(session, deal_id)
    dispute = session.scalars(
        select(Dispute)
        .where(Dispute.deal_id == deal_id, Dispute.status == DisputeStatus.OPEN)
        .with_for_update()
    ).one_or_none()
    if dispute is None:
        raise NoOpenDispute
    if dispute.opened_by != viewer.user_id:
        raise NotYourDispute
    _end(session, dispute, deal, DisputeStatus.WITHDRAWN, viewer, actor, now)
    return dispute


def _locked(session: Session, dispute_id: UUID) -> tuple[Dispute, Deal]:
    deal_id = session.scalars(select(Dispute.deal_id).where(Dispute.id == dispute_id)).one_or_none()
    if deal_id is None:
        raise DisputeNotFound
    deal = deals.deal_for_update(session, deal_id)
    dispute = session.get_one(Dispute, dispute_id, with_for_update=True, populate_existing=True)
    if dispute.status is not DisputeStatus.OPEN:
        raise DisputeNotOpen
    return dispute, deal


def _end(
    session: Session,
    dispute: Dispute,
    deal: Deal,
    status: DisputeStatus,
    viewer: Viewer,
    actor: Actor,
    now: datetime,
) -> None:
    """Before the refund, so that it takes what is its owners' again and not their debt."""
    dispute.status = status
    dispute.closed_by = viewer.user_id
    dispute.closed_at = now
    session.flush()
    trail.record(session, dispute, status, before=DisputeStatus.OPEN, actor=actor, now=now)
    money.let_go(session, dispute, now=now)
    money.wake_payouts(session, deal.id, now=now)
    moving.move(session, deal, _back_to(session, dispute), actor=actor, now=now)
    tasks.close_tasks(session, dispute.id, now=now)
    session.flush()


def _back_to(session: Session, dispute: Dispute) -> DealStatus:
    """Where the deal stood, but for a payment that came meanwhile."""
    before = dispute.deal_status_before
    if before is DealStatus.PAYMENT_PENDING and money.disputed_of(session, dispute.deal_id, None):
        return DealStatus.IN_PROGRESS
    return before


def _refund(
    session: Session,
    disputed: Sequence[Disputed],
    amount: Money,
    means: RefundMeans,
    viewer: Viewer,
    actor: Actor,
    now: datetime,
) -> None:
    for each, part in _shared(amount, disputed, [each.left for each in disputed]):
        requesting.request_refund(
            session,
            payment_id=each.payment.id,
            wanted=Wanted(part, RefundReason.DISPUTE_DECISION),
            viewer=viewer,
            actor=actor,
            pays_back_parts=means.pays_back_parts,
            settings=means.settings,
            now=now,
        )


def _release(session: Session, dispute: Dispute, to_executor: Money, decided: Decided, now: datetime) -> None:
    disputed = money.disputed_of(session, dispute.deal_id, dispute.schedule_id)
    free = [each.free for each in disputed]
    released = total([each.posted for each in disputed])
    amount = min(max(to_executor - released, Money.zero()), total(free))
    for each, part in _shared(amount, disputed, free):
        held = release_posting.held_of(session, each.step)
        release_posting.release(session, each.step, held, part, decided=decided, now=now)


def _shared(
    amount: Money, disputed: Sequence[Disputed], weights: Sequence[Money]
) -> list[tuple[Disputed, Money]]:
    """Which step gives what; none gives nothing."""
    if amount == Money.zero():
        return []
    parts = by_largest_remainder(amount, [weight.kopecks for weight in weights])
    return [(each, part) for each, part in zip(disputed, parts, strict=True) if part != Money.zero()]
