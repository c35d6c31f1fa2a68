"""Deals at a bank, where the terminal has them: the first link of a deal opens one, later links join it.

It is opened before the link, and not with it: only the bank's message about a payment names the deal that the payment
opened, and money whose message was lost would lie nobody knows where.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import SYSTEM
from shared.kernel.identifiers import new_id
from shared.payments.models import BankDeal, PaymentIntent
from shared.ports.payments import PaymentProvider, ProviderPayment


def to_join(session: Session, *, deal_id: UUID, provider: PaymentProvider) -> str | None:
    """The first that was opened; None: the next payment opens one, where the terminal has them."""
    if not provider.capabilities.bank_deals:
        return None
    return session.scalars(
        select(BankDeal.bank_deal_id)
        .where(BankDeal.deal_id == deal_id, BankDeal.terminal == provider.name)
        .order_by(BankDeal.id)
        .limit(1)
    ).one_or_none()


def place_of(truth: ProviderPayment, intent: PaymentIntent | None) -> str | None:
    """Where the money of a payment lies: as the bank says, or as it was asked for."""
    return truth.bank_deal or (None if intent is None else intent.bank_deal)


def remember(
    session: Session, *, deal_id: UUID, terminal: str, bank_deal_id: str | None, now: datetime
) -> None:
    """What a provider says of a payment may name its deal at the bank; two links made at once open two."""
    if bank_deal_id is None:
        return
    opened = session.scalars(
        insert(BankDeal)
        .values(id=new_id(), deal_id=deal_id, terminal=terminal, bank_deal_id=bank_deal_id, created_at=now)
        .on_conflict_do_nothing(index_elements=["terminal", "bank_deal_id"])
        .returning(BankDeal.id)
    ).one_or_none()
    if opened is not None:
        audit.record(
            session,
            SYSTEM,
            "bank_deal.opened",
            entity=("bank_deal", opened),
            after={"deal_id": str(deal_id), "terminal": terminal},
            now=now,
        )
