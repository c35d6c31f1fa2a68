from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base
from shared.db.types import SealedColumn, UtcDateTime, WordType, id_column
from shared.receipts.models import Receipt
from shared.security.pii import Sealed
from shared.users.models import User


class BindingStatus(StrEnum):
    REQUESTED = "requested"
    WAITING = "waiting"  # for the taxpayer to confirm in «Мой налог»
    BOUND = "bound"
    REJECTED = "rejected"


class NpdTaskKind(StrEnum):
    BIND = "bind"
    BIND_STATUS = "bind_status"
    INCOME = "income"


class NpdTaskStatus(StrEnum):
    QUEUED = "queued"  # to be sent (again)
    SENT = "sent"  # the message id is stored, the answer is not there yet
    DONE = "done"
    FAILED = "failed"


class NpdBinding(Base):
    """A self-employed person's permission for the platform to register his income under one INN.

    The INN is the profile's as it was at the request; what the profile says later changes nothing here.
    """

    __tablename__ = "npd_bindings"
    __table_args__ = (
        Index(
            "uq_npd_bindings_live_inn",
            "inn_index",
            unique=True,
            postgresql_where=text("status <> 'rejected'"),
        ),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey(User.id), primary_key=True)
    status: Mapped[BindingStatus] = mapped_column(WordType(BindingStatus))
    #: sealed under the person's key
    inn: Mapped[Sealed] = mapped_column(SealedColumn)
    inn_index: Mapped[bytes] = mapped_column(LargeBinary)
    #: index of the INN that the tax service took a request for from this person, and that he didn't turn down
    held_inn_index: Mapped[bytes | None] = mapped_column(LargeBinary, index=True)
    external_id: Mapped[str | None] = mapped_column(Text)
    permissions: Mapped[list[str]] = mapped_column(JSONB)
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class NpdTask(Base):
    """One asynchronous message to the tax service; its id is stored before it is polled."""

    __tablename__ = "npd_tasks"
    __table_args__ = (
        Index("ix_npd_tasks_due", "next_at", postgresql_where=text("status IN ('queued', 'sent')")),
        UniqueConstraint("kind", "receipt_id"),
        CheckConstraint("(kind = 'income') = (receipt_id IS NOT NULL)", name="subject"),
        CheckConstraint("status <> 'sent' OR message_id IS NOT NULL", name="sent_has_id"),
    )

    id: Mapped[UUID] = id_column()
    kind: Mapped[NpdTaskKind] = mapped_column(WordType(NpdTaskKind))
    taxpayer_id: Mapped[UUID] = mapped_column(ForeignKey(User.id), index=True)
    receipt_id: Mapped[UUID | None] = mapped_column(ForeignKey(Receipt.id), index=True)
    status: Mapped[NpdTaskStatus] = mapped_column(WordType(NpdTaskStatus))
    message_id: Mapped[str | None] = mapped_column(Text)
    tries: Mapped[int] = mapped_column(Integer, default=0)
    last_code: Mapped[str | None] = mapped_column(Text)
    next_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
