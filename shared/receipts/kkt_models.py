from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base
from shared.db.types import UtcDateTime, WordType
from shared.payments.models import Payment
from shared.payouts.release_models import StepRelease
from shared.receipts.models import Receipt
from shared.refunds.models import Refund


class KktKind(StrEnum):
    PREPAYMENT = "prepayment"  # the client paid before the service
    PAYMENT = "payment"  # he paid for what he had accepted already; nothing is offset
    OFFSET = "offset"  # the service is rendered, paid by the prepayment
    RETURN = "return"


#: receipts of money that came in
TAKEN: Final = (KktKind.PREPAYMENT, KktKind.PAYMENT)


class KktReceipt(Base):
    """What a cash register's receipt has beside a receipt (54-ФЗ)."""

    __tablename__ = "kkt_receipts"
    __table_args__ = (
        UniqueConstraint("provider", "provider_receipt_id"),
        CheckConstraint(
            "(kkt_kind = 'offset') = (release_id IS NOT NULL) AND (kkt_kind = 'return') = (refund_id IS NOT NULL)",
            name="subject",
        ),
        CheckConstraint("attempt > 0", name="attempt"),
        Index("ix_kkt_receipts_next", "next_at", postgresql_where=text("next_at IS NOT NULL")),
        Index(
            "uq_kkt_receipts_taken",
            "payment_id",
            unique=True,
            postgresql_where=text("kkt_kind IN ('prepayment', 'payment')"),
        ),
        Index(
            "ix_kkt_receipts_open",
            "receipt_id",
            postgresql_where=text("kkt_kind = 'prepayment' AND offset_whole_at IS NULL"),
        ),
    )

    receipt_id: Mapped[UUID] = mapped_column(ForeignKey(Receipt.id), primary_key=True)
    kkt_kind: Mapped[KktKind] = mapped_column(WordType(KktKind))
    payment_id: Mapped[UUID] = mapped_column(ForeignKey(Payment.id), index=True)
    release_id: Mapped[UUID | None] = mapped_column(ForeignKey(StepRelease.id), unique=True)
    refund_id: Mapped[UUID | None] = mapped_column(ForeignKey(Refund.id), unique=True)
    #: the receipt of the money that this one offsets or returns
    follows_id: Mapped[UUID | None] = mapped_column(ForeignKey("kkt_receipts.receipt_id"), index=True)
    #: the terminal whose cash register makes it
    provider: Mapped[str] = mapped_column(Text)
    #: its data travelled with the payment or refund; otherwise it is asked for
    carried: Mapped[bool]
    #: sent with every try of an attempt
    provider_key: Mapped[UUID]
    provider_receipt_id: Mapped[str | None] = mapped_column(Text)
    #: from one; grows when it is asked for anew
    attempt: Mapped[int] = mapped_column(Integer, default=1)
    tries: Mapped[int] = mapped_column(Integer, default=0)
    failure_reason: Mapped[str | None] = mapped_column(Text)
    document_number: Mapped[str | None] = mapped_column(Text)
    storage_number: Mapped[str | None] = mapped_column(Text)
    attribute: Mapped[str | None] = mapped_column(Text)
    #: since when it should be there
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: when a register that gives receipts no id took this one
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    unknown_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: when the schedule looks at it again; None once it is registered or has failed, or when only a message of the
    #: register's or a person can tell
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: of a prepayment: when nothing of it was left to be offset or returned
    offset_whole_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
