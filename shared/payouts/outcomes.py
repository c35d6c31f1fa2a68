"""What the provider says about a payout becomes its state and the books', once; final states don't change back.

But one: what arrived may come back from the owner's bank.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.ledger import accounts, flows
from shared.observability import log
from shared.payments.models import Split
from shared.payouts.attempts import CONTRADICTED, Attempt
from shared.payouts.models import ON_THE_WAY, Payout, PayoutItem, PayoutStatus
from shared.payouts.owner_parts import OwnerPart, parts_of
from shared.payouts.trail import record_change
from shared.ports.payouts import PayoutState, ProviderPayout
from shared.tasks import service as tasks

#: what else a payout that arrived, that a debt took, or that came back causes in the same transaction; its status says which
PayoutConsequence = Callable[[Session, Payout, datetime], None]

#: failure reason of a payout that had arrived
RETURNED: Final = "returned"
#: after so long without a trustworthy answer a person must look
UNKNOWN_FOR: Final = timedelta(hours=24)
FIRST_LOOK: Final = timedelta(seconds=30)
_LONGEST_GAP: Final = timedelta(minutes=30)


def record(
    session: Session,
    payout_id: UUID,
    truth: ProviderPayout,
    *,
    on_settled: PayoutConsequence,
    now: datetime,
) -> PayoutStatus:
    """Apply the provider's view to a payout; the status it has afterwards.

    What had arrived and is cancelled by now came back. Any other view that a final state can't agree with changes
    nothing, and an operator is told.
    """
    payout = locked(session, payout_id)
    if _of_former_attempt(payout, truth):
        if truth.state is PayoutState.SUCCEEDED:
            _tell(session, payout, "former_attempt_succeeded", now)
    elif payout.status in ON_THE_WAY:
        _go_on(session, payout, truth, on_settled, now)
    elif payout.status is PayoutStatus.PLANNED:
        _tell(session, payout, "not_sent", now)
    elif not _is_same(payout, truth):
        _tell(session, payout, "other_payout", now)
    elif payout.status is PayoutStatus.FAILED and truth.state is PayoutState.SUCCEEDED:
        _tell(session, payout, "succeeded_at_provider", now)
    elif payout.status is PayoutStatus.SUCCEEDED and truth.state is PayoutState.CANCELED:
        _come_back(session, payout, truth.cancellation_reason or "no_reason", now)
        on_settled(session, payout, now)
    return payout.status


def _go_on(
    session: Session, payout: Payout, truth: ProviderPayout, on_settled: PayoutConsequence, now: datetime
) -> None:
    if payout.provider_payout_id is None:
        payout.provider_payout_id = truth.provider_id
    if not _is_same(payout, truth):
        _stop(session, payout, now)
    elif truth.state is PayoutState.SUCCEEDED:
        _succeed(session, payout, truth.succeeded_at or now, now)
        on_settled(session, payout, now)
    elif truth.state is PayoutState.CANCELED:
        fail(session, payout, truth.cancellation_reason or "no_reason", now=now)
    else:
        before, payout.status = payout.status, PayoutStatus.SENDING
        payout.unknown_since = None
        payout.next_at = next_look(payout, now)
        if before is not payout.status:
            record_change(session, payout, "found", before=before, now=now)
        if truth.state is PayoutState.UNKNOWN_STATUS:
            _ask_operator(session, payout, "unknown_payout_status", truth.raw_status[:64], now)


def note_unknown(session: Session, payout_id: UUID, *, now: datetime) -> PayoutStatus:
    """No trustworthy answer: the money stays set aside, and there is never a second payout."""
    payout = locked(session, payout_id)
    if payout.status not in ON_THE_WAY:
        return payout.status
    before, payout.status = payout.status, PayoutStatus.UNKNOWN
    payout.unknown_since = payout.unknown_since or now
    payout.next_at = next_look(payout, now)
    if now - payout.unknown_since >= UNKNOWN_FOR:
        _ask_operator(session, payout, "payout_unknown", "no_answer", now)
    if before is not payout.status:
        record_change(session, payout, "unknown", before=before, now=now)
    return payout.status


def refused(session: Session, payout_id: UUID, code: str, *, now: datetime) -> PayoutStatus:
    """The provider refused to make it. Where an earlier try may have been made, that tells nothing about the earlier one.

    :param code: the provider's own word
    """
    payout = locked(session, payout_id)
    if payout.status is PayoutStatus.SENDING and payout.provider_payout_id is None:
        fail(session, payout, code, now=now)
        return payout.status
    log.write("payout_repeat_refused", level="warning", payout_id=str(payout_id), provider_code=code[:64])
    return note_unknown(session, payout_id, now=now)


def fail(session: Session, payout: Payout, reason: str, *, now: datetime) -> None:
    """The payout will not happen: the money is its owner's again, and an operator decides what next.

    :param payout: locked and on its way
    :param reason: the provider's stable word
    """
    part = part_of(session, payout)
    flows.payout_failed(
        session,
        payout_id=payout.id,
        attempt=payout.attempt,
        owner_id=part.owner_id,
        split_id=part.account_split_id,
        amount=payout.amount_kopecks,
        occurred_at=now,
    )
    before, payout.status = payout.status, PayoutStatus.FAILED
    payout.failure_reason = reason
    payout.final_at = now
    payout.next_at = None
    _ask_operator(session, payout, "payout_failed", reason, now)
    record_change(session, payout, "failed", before=before, reason=reason, now=now)


def locked(session: Session, payout_id: UUID) -> Payout:
    return session.get_one(Payout, payout_id, with_for_update=True, populate_existing=True)


def part_of(session: Session, payout: Payout) -> OwnerPart:
    """The owner's part of the payment that a payout pays from; one payout may pay only a part of that."""
    paid = select(PayoutItem.split_id).where(PayoutItem.payout_id == payout.id)
    payment_id = select(Split.payment_id).where(Split.id.in_(paid)).limit(1).scalar_subquery()
    splits = session.scalars(
        select(Split).where(Split.payment_id == payment_id).order_by(Split.position)
    ).all()
    owner = (payout.owner_user_id, payout.owner_organization_id)
    (part,) = [each for each in parts_of(splits) if (each.user_id, each.organization_id) == owner]
    return part


def next_look(payout: Payout, now: datetime) -> datetime:
    """At growing gaps since the money was set aside, 30 seconds to 30 minutes."""
    waited = now - (payout.reserved_at or now)
    return now + min(max(waited / 2, FIRST_LOOK), _LONGEST_GAP)


def _succeed(session: Session, payout: Payout, arrived_at: datetime, now: datetime) -> None:
    flows.payout_succeeded(
        session,
        payout_id=payout.id,
        attempt=payout.attempt,
        paid_from=accounts.payout_float(payout.provider or ""),
        amount=payout.amount_kopecks,
        occurred_at=arrived_at,
    )
    before, payout.status = payout.status, PayoutStatus.SUCCEEDED
    payout.final_at = arrived_at
    payout.next_at = None
    payout.unknown_since = None
    record_change(session, payout, "succeeded", before=before, now=now)


def _come_back(session: Session, payout: Payout, reason: str, now: datetime) -> None:
    """The money is in the provider's float again, and its owner's again in the books."""
    part = part_of(session, payout)
    flows.payout_returned(
        session,
        payout_id=payout.id,
        attempt=payout.attempt,
        owner_id=part.owner_id,
        split_id=part.account_split_id,
        returned_to=accounts.payout_float(payout.provider or ""),
        amount=payout.amount_kopecks,
        occurred_at=now,
    )
    before, payout.status = payout.status, PayoutStatus.FAILED
    payout.failure_reason = RETURNED
    payout.final_at = now
    _ask_operator(session, payout, "payout_returned", reason[:64], now)
    record_change(session, payout, "returned", before=before, reason=reason, now=now)


def _of_former_attempt(payout: Payout, truth: ProviderPayout) -> bool:
    if truth.provider_id == payout.provider_payout_id:
        return False
    attempt = Attempt.named(truth.payout_id)
    return attempt is not None and attempt.number < payout.attempt


def _is_same(payout: Payout, truth: ProviderPayout) -> bool:
    """The sum that was asked for, and the object that was made for it; one that was refused has none."""
    return payout.provider_payout_id in {None, truth.provider_id} and truth.amount == payout.amount_kopecks


def _stop(session: Session, payout: Payout, now: datetime) -> None:
    """Another sum or another object than was asked for: nothing is posted, a person must look."""
    before, payout.status = payout.status, PayoutStatus.UNKNOWN
    payout.unknown_since = payout.unknown_since or now
    payout.next_at = None
    record_change(session, payout, "stopped", before=before, reason="other_payout", now=now)
    _tell(session, payout, "other_payout", now)


def _tell(session: Session, payout: Payout, reason: str, now: datetime) -> None:
    log.error(CONTRADICTED, payout_id=str(payout.id), reason=reason)
    _ask_operator(session, payout, CONTRADICTED, reason, now)


def _ask_operator(session: Session, payout: Payout, kind: str, reason: str, now: datetime) -> None:
    tasks.open_task(session, kind, entity=("payout", payout.id), reason=reason, now=now)
