from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base
from shared.db.types import SealedColumn, UtcDateTime, WordType, id_column
from shared.deals.models import Deal, PaymentStep
from shared.security.pii import Sealed
from shared.users.models import User


class AcceptanceStatus(StrEnum):
    ASKED = "asked"  # the client is told, or about to be
    ACCEPTED = "accepted"
    OBJECTED = "objected"


class AcceptedBy(StrEnum):
    CLIENT = "client"  # he confirmed the milestone
    SIGNATURES = "signatures"  # all have signed the act
    SILENCE = "silence"  # nobody objected in time


class Acceptance(Base):
    """The executor says that something is done, and the client accepts it: a milestone, or by the act all services."""

    __tablename__ = "acceptances"
    __table_args__ = (
        CheckConstraint("(noticed_at IS NULL) = (silence_at IS NULL)", name="noticed"),
        CheckConstraint("(status = 'asked') = (settled_at IS NULL)", name="settled"),
        CheckConstraint("(status = 'accepted') = (accepted_by IS NOT NULL)", name="accepted"),
        CheckConstraint("(status = 'objected') = (objection IS NOT NULL)", name="objected"),
        CheckConstraint(
            "accepted_by IS DISTINCT FROM 'silence' OR silence_at IS NOT NULL AND silence_at <= settled_at",
            name="silence_is_over",
        ),
        Index(
            "uq_acceptances_asked_deal",
            "deal_id",
            unique=True,
            postgresql_where=text("status = 'asked' AND schedule_id IS NULL"),
        ),
        Index(
            "uq_acceptances_asked_step",
            "schedule_id",
            unique=True,
            postgresql_where=text("status = 'asked'"),
        ),
        Index("ix_acceptances_silence", "silence_at", postgresql_where=text("status = 'asked'")),
    )

    id: Mapped[UUID] = id_column()
    deal_id: Mapped[UUID] = mapped_column(ForeignKey(Deal.id), index=True)
    #: the step whose milestone it is; None: all services, by the act
    schedule_id: Mapped[UUID | None] = mapped_column(ForeignKey(PaymentStep.id))
    status: Mapped[AcceptanceStatus] = mapped_column(WordType(AcceptanceStatus))
    asked_by: Mapped[UUID | None] = mapped_column(ForeignKey(User.id), index=True)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: when the client's provider took the notice; his days to object are counted from it
    noticed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    silence_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    accepted_by: Mapped[AcceptedBy | None] = mapped_column(WordType(AcceptedBy))
    #: in the client's words, sealed under the deal's key
    objection: Mapped[Sealed | None] = mapped_column(SealedColumn)
    settled_by: Mapped[UUID | None] = mapped_column(ForeignKey(User.id), index=True)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
