from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base
from shared.db.types import MoneyType, UtcDateTime, WordType, id_column
from shared.deals.models import Deal, PaymentStep
from shared.kernel.money import Money
from shared.payments.models import Payment, Split
from shared.users.models import User


class ReleaseReason(StrEnum):
    RULE = "rule"  # the step's own: days, date, milestone or act
    PARTIES_AGREED = "parties_agreed"
    OPERATOR_DECISION = "operator_decision"
    DISPUTE_DECISION = "dispute_decision"


class StepRelease(Base):
    """Held money of a paid step that became its owners'; a step may be released in several."""

    __tablename__ = "step_releases"
    __table_args__ = (
        UniqueConstraint("payment_id", "seq"),
        CheckConstraint("seq > 0", name="seq"),
        CheckConstraint("amount_kopecks > 0", name="amount"),
        CheckConstraint("fee_vat_kopecks >= 0 AND fee_vat_kopecks <= amount_kopecks", name="fee_vat"),
        CheckConstraint("reason = 'rule' OR decided_by IS NOT NULL", name="decided"),
    )

    id: Mapped[UUID] = id_column()
    deal_id: Mapped[UUID] = mapped_column(ForeignKey(Deal.id), index=True)
    schedule_id: Mapped[UUID] = mapped_column(ForeignKey(PaymentStep.id), index=True)
    payment_id: Mapped[UUID] = mapped_column(ForeignKey(Payment.id))
    #: from one, per payment
    seq: Mapped[int] = mapped_column(Integer)
    amount_kopecks: Mapped[Money] = mapped_column(MoneyType)
    #: of the platform's fee in it
    fee_vat_kopecks: Mapped[Money] = mapped_column(MoneyType)
    reason: Mapped[ReleaseReason] = mapped_column(WordType(ReleaseReason))
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey(User.id), index=True)
    released_at: Mapped[datetime] = mapped_column(UtcDateTime)


class StepReleasePart(Base):
    """What of one split a release posted; the parts of a release sum to its amount."""

    __tablename__ = "step_release_parts"
    __table_args__ = (CheckConstraint("amount_kopecks > 0", name="amount"),)

    release_id: Mapped[UUID] = mapped_column(ForeignKey("step_releases.id"), primary_key=True)
    split_id: Mapped[UUID] = mapped_column(ForeignKey(Split.id), primary_key=True, index=True)
    amount_kopecks: Mapped[Money] = mapped_column(MoneyType)
