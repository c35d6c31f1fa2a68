from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base
from shared.db.types import MoneyType, SealedColumn, UtcDateTime, WordType, id_column
from shared.deals.models import Deal, DealStatus, PaymentStep
from shared.kernel.money import Money
from shared.payments.models import Split
from shared.security.pii import Sealed
from shared.users.models import User


class DisputeStatus(StrEnum):
    OPEN = "open"  # the deal's money stands still
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"


class DisputeSide(StrEnum):
    CLIENT = "client"
    EXECUTOR = "executor"


class Dispute(Base):
    """A side of a deal disagrees about its money; an operator decides, or the side withdraws."""

    __tablename__ = "disputes"
    __table_args__ = (
        CheckConstraint("amount_kopecks > 0", name="amount"),
        CheckConstraint("(status = 'open') = (closed_at IS NULL)", name="closed"),
        CheckConstraint(
            "(status = 'decided') = (to_executor_kopecks IS NOT NULL)"
            " AND (status = 'decided') = (to_client_kopecks IS NOT NULL)"
            " AND (status = 'decided') = (decision IS NOT NULL)",
            name="decided",
        ),
        CheckConstraint("least(to_executor_kopecks, to_client_kopecks) >= 0", name="sums"),
        Index("uq_disputes_open", "deal_id", unique=True, postgresql_where=text("status = 'open'")),
        Index(None, "status", "opened_at"),
    )

    id: Mapped[UUID] = id_column()
    deal_id: Mapped[UUID] = mapped_column(ForeignKey(Deal.id), index=True)
    #: None: all of the deal's steps
    schedule_id: Mapped[UUID | None] = mapped_column(ForeignKey(PaymentStep.id), index=True)
    #: None: all that is left of the disputed steps
    amount_kopecks: Mapped[Money | None] = mapped_column(MoneyType)
    status: Mapped[DisputeStatus] = mapped_column(WordType(DisputeStatus))
    side: Mapped[DisputeSide] = mapped_column(WordType(DisputeSide))
    opened_by: Mapped[UUID] = mapped_column(ForeignKey(User.id), index=True)
    #: in the opener's words, sealed under the deal's key
    reason: Mapped[Sealed] = mapped_column(SealedColumn)
    #: where the deal goes back to
    deal_status_before: Mapped[DealStatus] = mapped_column(WordType(DealStatus))
    to_executor_kopecks: Mapped[Money | None] = mapped_column(MoneyType)
    to_client_kopecks: Mapped[Money | None] = mapped_column(MoneyType)
    #: the operator's words, sealed under the deal's key
    decision: Mapped[Sealed | None] = mapped_column(SealedColumn)
    closed_by: Mapped[UUID | None] = mapped_column(ForeignKey(User.id), index=True)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class DisputeHold(Base):
    """What an owner was not paid yet of a disputed step, and isn't while the dispute is open."""

    __tablename__ = "dispute_holds"
    __table_args__ = (CheckConstraint("amount_kopecks > 0", name="amount"),)

    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"), primary_key=True)
    #: the split that names the owner's account
    split_id: Mapped[UUID] = mapped_column(ForeignKey(Split.id), primary_key=True, index=True)
    owner_id: Mapped[UUID]
    amount_kopecks: Mapped[Money] = mapped_column(MoneyType)
