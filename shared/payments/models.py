from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base
from shared.db.types import MoneyType, UtcDateTime, WordType, id_column
from shared.deals.models import Deal, PaymentStep
from shared.kernel.money import Money
from shared.organizations.models import Organization
from shared.users.models import User


class IntentStatus(StrEnum):
    CREATED = "created"  # written down; the provider may or may not know it yet
    PENDING = "pending"  # payable
    PAID = "paid"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


#: money is waited for
OPEN: Final = (IntentStatus.CREATED, IntentStatus.PENDING)


class PaymentStatus(StrEnum):
    RECEIVED = "received"
    SUSPENSE = "suspense"  # real money that fits nothing: a task names it
    RETURNED = "returned"  # it fitted nothing and goes back whole


class SplitLine(StrEnum):
    VAT = "vat"  # the executor's, paid out with his share
    PLATFORM = "platform"
    AGENCY = "agency"
    AGENT = "agent"
    CO_AGENT = "co_agent"


class SplitStatus(StrEnum):
    HELD = "held"
    POSTED = "posted"


class PaymentIntent(Base):
    __tablename__ = "payment_intents"
    __table_args__ = (
        UniqueConstraint("provider", "provider_payment_id"),
        Index(
            "uq_payment_intents_open_step",
            "schedule_id",
            unique=True,
            postgresql_where=text("status IN ('created', 'pending')"),
        ),
        Index("ix_payment_intents_poll", "next_poll_at", postgresql_where=text("next_poll_at IS NOT NULL")),
        CheckConstraint("amount_kopecks > 0", name="amount"),
        CheckConstraint("status <> 'pending' OR provider_payment_id IS NOT NULL", name="pending_is_known"),
    )

    id: Mapped[UUID] = id_column()
    deal_id: Mapped[UUID] = mapped_column(ForeignKey(Deal.id), index=True)
    schedule_id: Mapped[UUID] = mapped_column(ForeignKey(PaymentStep.id), index=True)
    provider: Mapped[str] = mapped_column(Text)
    amount_kopecks: Mapped[Money] = mapped_column(MoneyType)
    status: Mapped[IntentStatus] = mapped_column(WordType(IntentStatus))
    #: sent to the provider with every try; made before the first
    provider_key: Mapped[UUID]
    provider_payment_id: Mapped[str | None] = mapped_column(Text)
    #: of the token in the link for people; see ``pay_links``
    pay_token_hash: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    url: Mapped[str | None] = mapped_column(Text)
    #: what a QR code holds where it isn't the address; opaque
    qr_payload: Mapped[str | None] = mapped_column(Text)
    #: the deal at the bank that the money is to join, asked for with every try; None opens one where there are such
    bank_deal: Mapped[str | None] = mapped_column(Text)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: when the poller asks the provider; None once nothing can change
    next_poll_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: the first time a call to the provider ended without a trustworthy answer
    unknown_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: since when nobody is to pay by it any more, though the provider may not know yet
    cancel_asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: the link in whose place this one was made
    replaces_id: Mapped[UUID | None] = mapped_column(ForeignKey("payment_intents.id"), index=True)
    created_by: Mapped[UUID] = mapped_column(ForeignKey(User.id), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    paid_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class BankDeal(Base):
    """A deal at a bank in which a deal's money lies."""

    __tablename__ = "bank_deals"
    __table_args__ = (UniqueConstraint("terminal", "bank_deal_id"),)

    id: Mapped[UUID] = id_column()
    deal_id: Mapped[UUID] = mapped_column(ForeignKey(Deal.id), index=True)
    terminal: Mapped[str] = mapped_column(Text)
    bank_deal_id: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Payment(Base):
    """Money that a provider received, once per provider's payment."""

    __tablename__ = "payments"
    __table_args__ = (
        UniqueConstraint("provider", "provider_payment_id"),
        CheckConstraint("amount_kopecks > 0", name="amount"),
        CheckConstraint("charge_kopecks >= 0 AND charge_kopecks <= amount_kopecks", name="charge"),
    )

    id: Mapped[UUID] = id_column()
    intent_id: Mapped[UUID | None] = mapped_column(ForeignKey("payment_intents.id"), index=True)
    deal_id: Mapped[UUID | None] = mapped_column(ForeignKey(Deal.id), index=True)
    schedule_id: Mapped[UUID | None] = mapped_column(ForeignKey(PaymentStep.id), index=True)
    provider: Mapped[str] = mapped_column(Text)
    provider_payment_id: Mapped[str] = mapped_column(Text)
    amount_kopecks: Mapped[Money] = mapped_column(MoneyType)
    #: what the provider keeps
    charge_kopecks: Mapped[Money] = mapped_column(MoneyType)
    #: the deal at the bank in which the money lies; None where the provider clears it to the bank account
    bank_deal: Mapped[str | None] = mapped_column(Text)
    status: Mapped[PaymentStatus] = mapped_column(WordType(PaymentStatus))
    late: Mapped[bool]
    terms_sha256: Mapped[bytes | None] = mapped_column(LargeBinary)
    occurred_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Split(Base):
    """One line of a step's split; the lines of a payment sum to its amount."""

    __tablename__ = "splits"
    __table_args__ = (
        UniqueConstraint("payment_id", "position"),
        CheckConstraint("amount_kopecks >= 0", name="amount"),
        CheckConstraint(
            "CASE WHEN line = 'platform' THEN owner_user_id IS NULL AND owner_organization_id IS NULL"
            " ELSE (owner_user_id IS NULL) <> (owner_organization_id IS NULL) END",
            name="owner",
        ),
        CheckConstraint(
            "least(refunded_held_kopecks, refunded_posted_kopecks, refund_waiting_kopecks) >= 0"
            " AND refunded_held_kopecks + refunded_posted_kopecks + refund_waiting_kopecks <= amount_kopecks"
            " AND posted_kopecks >= refunded_posted_kopecks AND posted_kopecks + refunded_held_kopecks <= amount_kopecks",
            name="refunded",
        ),
        CheckConstraint("posted_kopecks >= 0 AND posted_kopecks <= amount_kopecks", name="posted"),
    )

    id: Mapped[UUID] = id_column()
    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payments.id"), index=True)
    deal_id: Mapped[UUID] = mapped_column(ForeignKey(Deal.id), index=True)
    schedule_id: Mapped[UUID] = mapped_column(ForeignKey(PaymentStep.id), index=True)
    position: Mapped[int] = mapped_column(Integer)
    line: Mapped[SplitLine] = mapped_column(WordType(SplitLine))
    owner_user_id: Mapped[UUID | None] = mapped_column(ForeignKey(User.id), index=True)
    owner_organization_id: Mapped[UUID | None] = mapped_column(ForeignKey(Organization.id), index=True)
    amount_kopecks: Mapped[Money] = mapped_column(MoneyType)
    status: Mapped[SplitStatus] = mapped_column(WordType(SplitStatus))
    #: what of it was released; ``posted`` is the status once nothing is held any more
    posted_kopecks: Mapped[Money] = mapped_column(MoneyType, default=Money.zero, server_default="0")
    #: what of it goes back to the payer, decided: out of what was held then, and out of what was posted
    refunded_held_kopecks: Mapped[Money] = mapped_column(MoneyType, default=Money.zero, server_default="0")
    refunded_posted_kopecks: Mapped[Money] = mapped_column(MoneyType, default=Money.zero, server_default="0")
    #: what would go back if a refund that waits for approval is approved: it is neither released nor paid out
    refund_waiting_kopecks: Mapped[Money] = mapped_column(MoneyType, default=Money.zero, server_default="0")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    posted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
