"""Finding refunds, locked in the order of locks, and what belongs to them."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.deals import service as deals
from shared.deals.models import Deal, PaymentStep
from shared.kernel.money import Money
from shared.ledger import accounts, balances, tables
from shared.ledger.accounts import Account
from shared.ledger.posting import Kind
from shared.payments.models import Payment, Split
from shared.payouts.owner_parts import parts_of as owners_of
from shared.refunds.models import Refund, RefundPart


class Locked(NamedTuple):
    """A refund under its locks; deal and step are None for a payment that fitted nothing."""

    refund: Refund
    deal: Deal | None
    step: PaymentStep | None


def locked(session: Session, refund_id: UUID) -> Locked:
    """Lock deal, step, refund, in this order. :raises sqlalchemy.exc.NoResultFound: there is none"""
    deal_id, schedule_id = session.execute(
        select(Refund.deal_id, Refund.schedule_id).where(Refund.id == refund_id)
    ).one()
    deal = None if deal_id is None else deals.deal_for_update(session, deal_id)
    step = None
    if schedule_id is not None:
        step = session.get_one(PaymentStep, schedule_id, with_for_update=True, populate_existing=True)
    refund = session.get_one(Refund, refund_id, with_for_update=True, populate_existing=True)
    return Locked(refund, deal, step)


def splits_of(session: Session, payment_id: UUID) -> Sequence[Split]:
    """As they are now; whoever changes them holds the deal's lock."""
    return session.scalars(
        select(Split)
        .where(Split.payment_id == payment_id)
        .order_by(Split.position)
        .execution_options(populate_existing=True)
    ).all()


def parts_of(session: Session, refund_id: UUID) -> dict[UUID, RefundPart]:
    """By the split that gives."""
    parts = session.scalars(select(RefundPart).where(RefundPart.refund_id == refund_id))
    return {part.split_id: part for part in parts}


def is_held_for_dispute(session: Session, payment_id: UUID) -> bool:
    """Released money of the payment that is neither its owner's nor the payer's until a dispute is decided."""
    return any(
        balances.balance_of(session, accounts.dispute_hold(owner.owner_id, owner.account_split_id))
        > Money.zero()
        for owner in owners_of(splits_of(session, payment_id))
    )


def collected_into(session: Session, payment: Payment) -> Account:
    """The account in which the provider keeps what it collected: the books say which."""
    key = session.scalars(
        select(tables.accounts.c.key)
        .join(tables.entries, tables.entries.c.account_id == tables.accounts.c.id)
        .join(tables.transactions, tables.transactions.c.id == tables.entries.c.transaction_id)
        .where(
            tables.transactions.c.payment_id == payment.id,
            tables.transactions.c.kind == Kind.PAYMENT_RECEIVED,
            tables.entries.c.side == "debit",
        )
    ).one()
    return Account(key)
