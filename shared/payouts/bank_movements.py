"""Facts of bank statements that move money between our own accounts; an operator or a statement import tells them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import SYSTEM
from shared.kernel.money import Money
from shared.ledger import flows
from shared.ledger.posting import PostingResult
from shared.payouts.models import Payout, PayoutStatus


class MovementKind(StrEnum):
    OWN_FUNDS_IN = "own_funds_in"
    PROVIDER_SETTLED = "provider_settled"
    PAYOUTS_FUNDED = "payouts_funded"
    FEE_SWEPT = "fee_swept"


OF_A_PROVIDER: Final = frozenset({MovementKind.PROVIDER_SETTLED, MovementKind.PAYOUTS_FUNDED})


@dataclass(frozen=True, slots=True)
class BankMovement:
    kind: MovementKind
    #: for what happens between us and a provider
    provider: str | None
    amount: Money
    #: the bank's own reference; with the kind (and provider) it is told once
    reference: str
    occurred_at: datetime

    def __post_init__(self) -> None:
        if (self.kind in OF_A_PROVIDER) != (self.provider is not None):
            raise ValueError("settlements and funding name a provider, the rest don't")


class RecordedMovement(NamedTuple):
    transaction_id: UUID
    already_recorded: bool


def record_movement(session: Session, movement: BankMovement, *, now: datetime) -> RecordedMovement:
    """Post one movement, once per reference.

    :raises KeyReused: the reference was told before with another sum
    """
    posted = _FLOWS[movement.kind](session, movement)
    if not posted.already_posted:
        audit.record(
            session,
            SYSTEM,
            f"bank.{movement.kind}",
            entity=("ledger_transaction", posted.transaction_id),
            after={"amount_kopecks": movement.amount.kopecks},
            now=now,
        )
        if movement.kind is MovementKind.PAYOUTS_FUNDED:
            _wake_waiting(session, now)
    return RecordedMovement(posted.transaction_id, posted.already_posted)


def _own_funds_in(session: Session, movement: BankMovement) -> PostingResult:
    return flows.own_funds_in(
        session,
        reference=movement.reference,
        amount=movement.amount,
        occurred_at=movement.occurred_at,
    )


def _provider_settled(session: Session, movement: BankMovement) -> PostingResult:
    return flows.provider_settled(
        session,
        provider=movement.provider or "",
        reference=movement.reference,
        net=movement.amount,
        occurred_at=movement.occurred_at,
    )


def _payouts_funded(session: Session, movement: BankMovement) -> PostingResult:
    return flows.payouts_funded(
        session,
        provider=movement.provider or "",
        reference=movement.reference,
        amount=movement.amount,
        occurred_at=movement.occurred_at,
    )


def _fee_swept(session: Session, movement: BankMovement) -> PostingResult:
    return flows.fee_swept(
        session, reference=movement.reference, amount=movement.amount, occurred_at=movement.occurred_at
    )


_FLOWS: Final[dict[MovementKind, Callable[[Session, BankMovement], PostingResult]]] = {
    MovementKind.OWN_FUNDS_IN: _own_funds_in,
    MovementKind.PROVIDER_SETTLED: _provider_settled,
    MovementKind.PAYOUTS_FUNDED: _payouts_funded,
    MovementKind.FEE_SWEPT: _fee_swept,
}


def _wake_waiting(session: Session, now: datetime) -> None:
    """Payouts that waited for this money are looked at by the next run."""
    session.execute(
        update(Payout)
        .where(Payout.status == PayoutStatus.PLANNED, Payout.hold_reason == "not_funded")
        .values(next_at=now)
        .execution_options(synchronize_session=False)
    )
