from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base
from shared.db.types import MoneyType, SealedColumn, UtcDateTime, WordType, id_column
from shared.deals.models import Deal, PaymentStep
from shared.kernel.money import Money
from shared.payments.models import Payment, Split
from shared.security.pii import Sealed
from shared.users.models import User


class RefundStatus(StrEnum):
    AWAITING_APPROVAL = (
        "awaiting_approval"  # a second person decides; the money can't be released or paid out
    )
    ACCEPTED = "accepted"  # set aside in the ledger; nothing has been sent
    AWAITING_COVER = "awaiting_cover"  # decided, but the money to pay it is not there yet
    SENDING = "sending"  # the provider has it
    UNKNOWN = "unknown"  # sent without a trustworthy answer: never a second refund
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    DECLINED = "declined"
    EXPIRED = "expired"  # nobody approved it in time


class RefundReason(StrEnum):
    CLIENT_REQUEST = "client_request"
    SERVICE_NOT_RENDERED = "service_not_rendered"
    DEAL_CANCELLED = "deal_cancelled"
    WRONG_AMOUNT = "wrong_amount"
    DISPUTE_DECISION = "dispute_decision"
    UNPLACED_PAYMENT = "unplaced_payment"
    OTHER = "other"


class Refund(Base):
    """Money of one payment that goes back to its payer."""

    __tablename__ = "refunds"
    __table_args__ = (
        UniqueConstraint("provider", "provider_refund_id"),
        CheckConstraint("amount_kopecks > 0", name="amount"),
        CheckConstraint("attempt > 0", name="attempt"),
        CheckConstraint("(deal_id IS NULL) = (schedule_id IS NULL)", name="step"),
        CheckConstraint("decided_by <> requested_by", name="another_decides"),
        CheckConstraint(
            "status NOT IN ('sending', 'unknown', 'succeeded', 'failed')"
            " OR accepted_at IS NOT NULL AND left_before_kopecks IS NOT NULL",
            name="sent_is_posted",
        ),
        CheckConstraint(
            "(status IN ('succeeded', 'failed', 'declined', 'expired')) = (final_at IS NOT NULL)",
            name="final",
        ),
        Index(None, "status", "created_at"),
        Index("ix_refunds_next", "next_at", postgresql_where=text("next_at IS NOT NULL")),
        Index(
            "uq_refunds_on_the_way",
            "payment_id",
            unique=True,
            postgresql_where=text("status IN ('sending', 'unknown')"),
        ),
    )

    id: Mapped[UUID] = id_column()
    payment_id: Mapped[UUID] = mapped_column(ForeignKey(Payment.id), index=True)
    #: None for a payment that fitted nothing
    deal_id: Mapped[UUID | None] = mapped_column(ForeignKey(Deal.id), index=True)
    schedule_id: Mapped[UUID | None] = mapped_column(ForeignKey(PaymentStep.id), index=True)
    amount_kopecks: Mapped[Money] = mapped_column(MoneyType)
    status: Mapped[RefundStatus] = mapped_column(WordType(RefundStatus))
    reason: Mapped[RefundReason] = mapped_column(WordType(RefundReason))
    #: in the asker's words, sealed under the deal's key
    comment: Mapped[Sealed | None] = mapped_column(SealedColumn)
    requested_by: Mapped[UUID | None] = mapped_column(ForeignKey(User.id), index=True)
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey(User.id), index=True)
    provider: Mapped[str] = mapped_column(Text)
    #: key of the ledger account that the provider takes it from
    refunded_from: Mapped[str] = mapped_column(Text)
    #: sent to the provider with every try of an attempt
    provider_key: Mapped[UUID]
    #: from one; grows when the provider lacked the money and is asked anew
    attempt: Mapped[int] = mapped_column(Integer, default=1)
    #: what was left of the payment before this refund, set before the first try
    left_before_kopecks: Mapped[Money | None] = mapped_column(MoneyType)
    provider_refund_id: Mapped[str | None] = mapped_column(Text)
    tries: Mapped[int] = mapped_column(Integer, default=0)
    #: why it waits: a stable word
    wait_reason: Mapped[str | None] = mapped_column(Text)
    failure_reason: Mapped[str | None] = mapped_column(Text)
    unknown_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: since when the provider has said, unbroken, that there is no such refund
    unmade_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: a person decided that it is sent once more
    resend_decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: when the schedule looks at it again; None once it is final
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: until when it may be approved
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: when it was posted to the ledger
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    final_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RefundPart(Base):
    """What one split gives back, and out of what; all sources are zero until the refund is approved."""

    __tablename__ = "refund_parts"
    __table_args__ = (
        CheckConstraint("amount_kopecks > 0", name="amount"),
        CheckConstraint(
            "least(from_hold_kopecks, from_payable_kopecks, as_receivable_kopecks, fee_net_kopecks,"
            " fee_vat_kopecks) >= 0 AND from_hold_kopecks + from_payable_kopecks + as_receivable_kopecks"
            " + fee_net_kopecks + fee_vat_kopecks IN (0, amount_kopecks)",
            name="sources",
        ),
    )

    refund_id: Mapped[UUID] = mapped_column(ForeignKey("refunds.id"), primary_key=True)
    split_id: Mapped[UUID] = mapped_column(ForeignKey(Split.id), primary_key=True, index=True)
    amount_kopecks: Mapped[Money] = mapped_column(MoneyType)
    from_hold_kopecks: Mapped[Money] = mapped_column(MoneyType, default=Money.zero)
    from_payable_kopecks: Mapped[Money] = mapped_column(MoneyType, default=Money.zero)
    as_receivable_kopecks: Mapped[Money] = mapped_column(MoneyType, default=Money.zero)
    fee_net_kopecks: Mapped[Money] = mapped_column(MoneyType, default=Money.zero)
    fee_vat_kopecks: Mapped[Money] = mapped_column(MoneyType, default=Money.zero)
