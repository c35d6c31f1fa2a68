from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base
from shared.db.types import MoneyType, UtcDateTime, WordType, id_column
from shared.deals.models import Deal, PaymentStep
from shared.kernel.money import Money
from shared.organizations.models import Organization
from shared.organizations.payout_account_models import PayoutAccount
from shared.payments.models import Split
from shared.users.models import User


class PayoutStatus(StrEnum):
    PLANNED = "planned"
    RESERVED = "reserved"  # the money is set aside, the order written; nothing has been sent
    SENDING = "sending"  # the provider has it
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNKNOWN = "unknown"  # sent without a trustworthy answer: never a second payout
    CANCELLED = "cancelled"  # what it would have paid goes back to the client
    SET_OFF = "set_off"  # its owner's debt took all of it


#: set aside in the ledger, with an end that is not known yet
ON_THE_WAY = (PayoutStatus.RESERVED, PayoutStatus.SENDING, PayoutStatus.UNKNOWN)


class Payout(Base):
    """What one owner gets out of one released step."""

    __tablename__ = "payouts"
    __table_args__ = (
        UniqueConstraint("provider", "provider_payout_id"),
        CheckConstraint("(owner_user_id IS NULL) <> (owner_organization_id IS NULL)", name="one_owner"),
        CheckConstraint("amount_kopecks > 0", name="amount"),
        CheckConstraint("attempt > 0", name="attempt"),
        CheckConstraint(
            "status IN ('planned', 'cancelled', 'set_off') OR account_id IS NOT NULL", name="destination"
        ),
        Index("ix_payouts_next", "next_at", postgresql_where=text("next_at IS NOT NULL")),
        Index(None, "owner_user_id", "created_at"),
        Index(None, "owner_organization_id", "created_at"),
    )

    id: Mapped[UUID] = id_column()
    deal_id: Mapped[UUID] = mapped_column(ForeignKey(Deal.id), index=True)
    schedule_id: Mapped[UUID] = mapped_column(ForeignKey(PaymentStep.id), index=True)
    owner_user_id: Mapped[UUID | None] = mapped_column(ForeignKey(User.id))
    owner_organization_id: Mapped[UUID | None] = mapped_column(ForeignKey(Organization.id))
    amount_kopecks: Mapped[Money] = mapped_column(MoneyType)
    status: Mapped[PayoutStatus] = mapped_column(WordType(PayoutStatus))
    #: from one; grows when an operator has a failed payout paid again
    attempt: Mapped[int] = mapped_column(Integer, default=1)
    #: why a planned payout waits: a stable word
    hold_reason: Mapped[str | None] = mapped_column(Text)
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey(PayoutAccount.id), index=True)
    provider: Mapped[str | None] = mapped_column(Text)
    #: sent to the provider with every try of an attempt; made with the reservation
    provider_key: Mapped[UUID | None]
    provider_payout_id: Mapped[str | None] = mapped_column(Text)
    tries: Mapped[int] = mapped_column(Integer, default=0)
    #: when the schedule looks at it again; None once it is final
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reserved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    unknown_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failure_reason: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    final_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PayoutItem(Base):
    """What a payout pays of one split, before a debt is set off; a split may be paid by several payouts."""

    __tablename__ = "payout_items"

    split_id: Mapped[UUID] = mapped_column(ForeignKey(Split.id), primary_key=True)
    payout_id: Mapped[UUID] = mapped_column(ForeignKey("payouts.id"), primary_key=True, index=True)
    amount_kopecks: Mapped[Money] = mapped_column(MoneyType)
