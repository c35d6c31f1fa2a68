from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, Integer, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base
from shared.db.types import UtcDateTime, WordType, id_column


class Topic(StrEnum):
    """The queue that announces a message."""

    RENDER = "render"
    JOBS = "jobs"


class OutboxStatus(StrEnum):
    PENDING = "pending"
    DONE = "done"
    DEAD = "dead"  # given up: an operator's task names it


class OutboxMessage(Base):
    """What must happen next, written in the transaction that decided it. Holds ids only, nothing personal."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_due", "due_at", postgresql_where=text("status = 'pending'")),
        Index("uq_outbox_dedupe_key", "dedupe_key", unique=True),
    )

    id: Mapped[UUID] = id_column()
    topic: Mapped[Topic] = mapped_column(WordType(Topic))
    kind: Mapped[str] = mapped_column(Text)
    payload: Mapped[dict[str, str]] = mapped_column(JSONB)
    #: the same thing is never asked for twice
    dedupe_key: Mapped[str] = mapped_column(Text)
    status: Mapped[OutboxStatus] = mapped_column(WordType(OutboxStatus))
    tries: Mapped[int] = mapped_column(Integer, default=0)
    #: when the relay announces it (again)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: set while a worker does what must not be done twice at once
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
