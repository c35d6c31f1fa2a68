"""Operators' tasks as they are read and settled."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped

from shared.db.base import Base
from shared.tasks.tables import TaskStatus, operator_tasks


class OperatorTask(Base):
    """Something that only a person can settle; opened once per cause."""

    __table__ = operator_tasks

    id: Mapped[UUID]
    kind: Mapped[str]
    entity_kind: Mapped[str]
    entity_id: Mapped[UUID]
    reason: Mapped[str]
    status: Mapped[TaskStatus]
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
