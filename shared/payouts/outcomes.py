"""What the provider says about a payout becomes its state and the books', once; final states don't change back."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import SYSTEM
from shared.ledger import accounts, flows
from shared.payments.models import Split
from shared.payouts.models import ON_THE_WAY, Payout, PayoutItem, PayoutStatus
from shared.payouts.release import OwnerPart, parts_of
from shared.ports.payouts import PayoutState, ProviderPayout
from shared.tasks import service as tasks

#: what else a payout that arrived causes, in the same transaction
PayoutConsequence = Callable[[Session, Payout, datetime], None]

#: after so long without a trustworthy answer a person must look
UNKNOWN_FOR: Final = timedelta(hours=24)
FIRST_LOOK: Final = timedelta(seconds=30)
_LONGEST_GAP: Final = timedelta(minutes=30)


def record(
    session: Session,
    payout_id: UUID,
    truth: ProviderPayout,
    *,
    on_succeeded: PayoutConsequence,
    now: datetime,
) -> PayoutStatus:
    """Apply the provider's view to a payout; the status it has afterwards."""
    payout = locked(session, payout_id)
    if payout.status not in ON_THE_WAY:
        return payout.status
    if payout.provider_payout_id is None:
        payout.provider_payout_id = truth.provider_id
    if payout.provider_payout_id != truth.provider_id or truth.amount != payout.amount_kopecks:
        return _contradiction(session, payout, now)
    if truth.state is PayoutState.SUCCEEDED:
        _succeed(session, payout, truth.succeeded_at or now, now)
        on_succeeded(session, payout, now)
    elif truth.state is PayoutState.CANCELED:
        fail(session, payout, truth.cancellation_reason or "no_reason", now=now)
    else:
        payout.status = PayoutStatus.SENDING
        payout.unknown_since = None
        payout.next_at = next_look(payout, now)
        if truth.state is PayoutState.UNKNOWN_STATUS:
            _ask_operator(session, payout, "unknown_payout_status", truth.raw_status[:64], now)
    return payout.status


def note_unknown(session: Session, payout_id: UUID, *, now: datetime) -> PayoutStatus:
    """No trustworthy answer: the money stays set aside, and there is never a second payout."""
    payout = locked(session, payout_id)
    if payout.status not in ON_THE_WAY:
        return payout.status
    payout.status = PayoutStatus.UNKNOWN
    payout.unknown_since = payout.unknown_since or now
    payout.next_at = next_look(payout, now)
    if now - payout.unknown_since >= UNKNOWN_FOR:
        _ask_operator(session, payout, "payout_unknown", "no_answer", now)
    audit.record(session, SYSTEM, "payout.unknown", entity=("payout", payout.id), now=now)
    return payout.status


def fail(session: Session, payout: Payout, reason: str, *, now: datetime) -> None:
    """The payout will not happen: the money is its owner's again, and an operator decides what next.

    :param payout: locked and on its way
    :param reason: the provider's stable word
    """
    part = part_of(session, payout)
    flows.payout_failed(
        session,
        payout_id=payout.id,
        owner_id=part.owner_id,
        split_id=part.account_split_id,
        amount=payout.amount_kopecks,
        occurred_at=now,
    )
    payout.status = PayoutStatus.FAILED
    payout.failure_reason = reason
    payout.final_at = now
    payout.next_at = None
    _ask_operator(session, payout, "payout_failed", reason, now)
    audit.record(
        session, SYSTEM, "payout.failed", entity=("payout", payout.id), after={"reason": reason}, now=now
    )


def locked(session: Session, payout_id: UUID) -> Payout:
    return session.get_one(Payout, payout_id, with_for_update=True, populate_existing=True)


def part_of(session: Session, payout: Payout) -> OwnerPart:
    """The splits that a payout pays, as they were released."""
    splits = session.scalars(
        select(Split)
        .join(PayoutItem, PayoutItem.split_id == Split.id)
        .where(PayoutItem.payout_id == payout.id)
        .order_by(Split.position)
    ).all()
    (part,) = parts_of(splits)
    return part


def next_look(payout: Payout, now: datetime) -> datetime:
    """At growing gaps since the money was set aside, 30 seconds to 30 minutes."""
    waited = now - (payout.reserved_at or now)
    return now + min(max(waited / 2, FIRST_LOOK), _LONGEST_GAP)


def _succeed(session: Session, payout: Payout, arrived_at: datetime, now: datetime) -> None:
    flows.payout_succeeded(
        session,
        payout_id=payout.id,
        paid_from=accounts.payout_float(payout.provider or ""),
        amount=payout.amount_kopecks,
        occurred_at=arrived_at,
    )
    payout.status = PayoutStatus.SUCCEEDED
    payout.final_at = arrived_at
    payout.next_at = None
    payout.unknown_since = None
    audit.record(session, SYSTEM, "payout.succeeded", entity=("payout", payout.id), now=now)


def _contradiction(session: Session, payout: Payout, now: datetime) -> PayoutStatus:
    """Another sum or another object than was asked for: nothing is posted, a person must look."""
    payout.status = PayoutStatus.UNKNOWN
    payout.unknown_since = payout.unknown_since or now
    payout.next_at = None
    _ask_operator(session, payout, "payout_contradicted", "other_payout", now)
    return payout.status


def _ask_operator(session: Session, payout: Payout, kind: str, reason: str, now: datetime) -> None:
    tasks.open_task(session, kind, entity=("payout", payout.id), reason=reason, now=now)
