from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base
from shared.db.types import SealedColumn, UtcDateTime
from shared.security.pii import Sealed
from shared.tasks.models import OperatorTask
from shared.users.models import User


class OperatorTaskNote(Base):
    """What staff wrote when they settled a task: it may name people."""

    __tablename__ = "operator_task_notes"

    task_id: Mapped[UUID] = mapped_column(ForeignKey(OperatorTask.id), primary_key=True)
    written_by: Mapped[UUID] = mapped_column(ForeignKey(User.id), index=True)
    note: Mapped[Sealed] = mapped_column(SealedColumn)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
