"""Attempts of one payout: to the provider each is a payout of its own, told apart by the reference that travels with it.

The first attempt's reference is the payout's id, a later one's ``id/number``.
"""

from datetime import datetime
from typing import Final, NamedTuple, Self
from uuid import UUID

from sqlalchemy import Exists, exists
from sqlalchemy.orm import Session

from shared.ledger import flows
from shared.payouts.models import Payout, PayoutStatus
from shared.payouts.trail import record_change
from shared.tasks.tables import TaskStatus, operator_tasks

#: kind of the task for what the provider sees otherwise
CONTRADICTED: Final = "payout_contradicted"


class Attempt(NamedTuple):
    payout_id: UUID
    #: from one
    number: int

    @classmethod
    def of(cls, payout: Payout) -> Self:
        return cls(payout.id, payout.attempt)

    @classmethod
    def named(cls, reference: str | None) -> Self | None:
        """Read a reference; None for what we never wrote."""
        if reference is None:
            return None
        payout_id, slash, number = reference.partition("/")
        try:
            return cls(UUID(payout_id), int(number) if slash else 1)
        except ValueError:
            return None

    @property
    def reference(self) -> str:
        return str(self.payout_id) if self.number == 1 else f"{self.payout_id}/{self.number}"


def plan_anew(payout: Payout, *, now: datetime) -> None:
    """Another attempt of a locked payout: every gate is passed again, the account and the key are chosen again."""
    payout.status = PayoutStatus.PLANNED
    payout.attempt += 1
    payout.account_id = None
    payout.provider = payout.provider_key = payout.provider_payout_id = None
    payout.reserved_at = payout.unknown_since = payout.final_at = None
    payout.failure_reason = payout.hold_reason = None
    payout.next_at = now


def take_back_reservation(
    session: Session, payout: Payout, *, owner_id: UUID, split_id: UUID, reason: str, now: datetime
) -> None:
    """What was set aside and not sent is its owner's again, and the payout is planned anew.

    :param payout: locked and ``reserved``
    """
    flows.payout_failed(
        session,
        payout_id=payout.id,
        attempt=payout.attempt,
        owner_id=owner_id,
        split_id=split_id,
        amount=payout.amount_kopecks,
        occurred_at=now,
    )
    before = payout.status
    plan_anew(payout, now=now)
    record_change(session, payout, "unreserved", before=before, reason=reason, now=now)


def contradicted(payout_id: UUID) -> Exists:
    """An open task says that the provider sees the payout otherwise than the books."""
    return exists().where(
        operator_tasks.c.kind == CONTRADICTED,
        operator_tasks.c.entity_id == payout_id,
        operator_tasks.c.status == TaskStatus.OPEN,
    )
