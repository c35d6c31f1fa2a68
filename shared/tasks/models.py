from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base
from shared.db.types import UtcDateTime, WordType, id_column


class TaskStatus(StrEnum):
    OPEN = "open"
    DONE = "done"


class OperatorTask(Base):
    """Something that only a person can settle; opened once per cause."""

    __tablename__ = "operator_tasks"
    __table_args__ = (
        Index("uq_operator_tasks_cause", "kind", "entity_id", unique=True),
        Index(None, "status", "created_at"),
    )

    id: Mapped[UUID] = id_column()
    kind: Mapped[str] = mapped_column(Text)
    entity_kind: Mapped[str] = mapped_column(Text)
    entity_id: Mapped[UUID] = mapped_column(Uuid)
    #: a stable word, nothing personal
    reason: Mapped[str] = mapped_column(Text)
    status: Mapped[TaskStatus] = mapped_column(WordType(TaskStatus))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
