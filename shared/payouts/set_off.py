"""What an owner owes back is taken out of what he is paid next, in the transaction that sets his payout aside."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import SYSTEM
from shared.kernel.identifiers import new_id
from shared.kernel.money import Money, total
from shared.ledger import refund_flows, tables
from shared.ledger.accounts import AccountKind
from shared.payouts.models import Payout, PayoutStatus
from shared.payouts.owner_parts import OwnerPart
from shared.payouts.set_off_models import SetOff


class Debt(NamedTuple):
    split_id: UUID
    amount: Money


def debts_of(session: Session, owner_id: UUID) -> list[Debt]:
    """What an owner owes, split by split, the oldest first."""
    entries, accounts = tables.entries, tables.accounts
    owed = func.sum(
        case((entries.c.side == "debit", entries.c.amount_kopecks), else_=-entries.c.amount_kopecks)
    )
    rows = session.execute(
        select(accounts.c.split_id, owed)
        .join(entries, entries.c.account_id == accounts.c.id)
        .where(accounts.c.owner_id == owner_id, accounts.c.kind == AccountKind.RECEIVABLE)
        .group_by(accounts.c.split_id)
        .having(owed > Money.zero())
        .order_by(accounts.c.split_id)
    )
    return [Debt(split_id, as_money(amount)) for split_id, amount in rows]


def settle_debts(session: Session, payout: Payout, part: OwnerPart, *, now: datetime) -> Money:
    """Pay the owner's debts with a payout that is about to be set aside; what is left of it.

    A payout that they take wholly ends as ``set_off``. One at a time per owner: two payouts must not pay one debt.

    :param payout: locked and planned
    """
    one_at_a_time(session, part.owner_id)
    left = payout.amount_kopecks
    for debt in debts_of(session, part.owner_id):
        amount = min(debt.amount, left)
        if amount == Money.zero():
            break
        row = _row(payout, part, debt, amount, now)
        session.add(row)
        refund_flows.set_off(
            session,
            reference=str(row.id),
            owner_id=part.owner_id,
            payable_split_id=part.account_split_id,
            receivable_split_id=debt.split_id,
            amount=amount,
            occurred_at=now,
        )
        left -= amount
    if left != payout.amount_kopecks:
        _take_out(session, payout, left, now)
    return left


def set_off_of(session: Session, payout_id: UUID) -> Money:
    """How much of a payout went to its owner's debts."""
    amounts = session.scalars(select(SetOff.amount_kopecks).where(SetOff.payout_id == payout_id))
    return total(list(amounts))


def one_at_a_time(session: Session, owner_id: UUID) -> None:
    """Until the transaction ends nobody else changes what this owner owes."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"debts:{owner_id}"))))


def as_money(amount: object) -> Money:
    return amount if isinstance(amount, Money) else Money(int(str(amount)))


def _row(payout: Payout, part: OwnerPart, debt: Debt, amount: Money, now: datetime) -> SetOff:
    return SetOff(
        id=new_id(),
        payout_id=payout.id,
        owner_id=part.owner_id,
        payable_split_id=part.account_split_id,
        receivable_split_id=debt.split_id,
        amount_kopecks=amount,
        debt_before_kopecks=debt.amount,
        created_at=now,
    )


def _take_out(session: Session, payout: Payout, left: Money, now: datetime) -> None:
    before = payout.amount_kopecks
    if left > Money.zero():
        payout.amount_kopecks = left
    else:
        # The row keeps the sum that was owed to its owner.
        payout.status = PayoutStatus.SET_OFF
        payout.hold_reason = payout.next_at = None
        payout.final_at = now
    audit.record(
        session,
        SYSTEM,
        "payout.set_off",
        entity=("payout", payout.id),
        before={"status": PayoutStatus.PLANNED, "amount_kopecks": before.kopecks},
        after={"status": payout.status, "amount_kopecks": left.kopecks},
        now=now,
    )
    session.flush()
