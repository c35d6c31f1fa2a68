"""Operators' tasks as they are opened; a plain table, since many functions may have to open one."""

from enum import StrEnum

from sqlalchemy import Column, Index, Table, Text, Uuid, text

from shared.db.base import Base
from shared.db.types import UtcDateTime, WordType
from shared.kernel.identifiers import new_id


class TaskStatus(StrEnum):
    OPEN = "open"
    DONE = "done"


operator_tasks = Table(
    "operator_tasks",
    Base.metadata,
    Column("id", Uuid, primary_key=True, default=new_id),
    Column("kind", Text, nullable=False),
    Column("entity_kind", Text, nullable=False),
    Column("entity_id", Uuid, nullable=False),
    # a stable word, nothing personal
    Column("reason", Text, nullable=False),
    Column("status", WordType(TaskStatus), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("done_at", UtcDateTime),
    Index(
        "uq_operator_tasks_open",
        "kind",
        "entity_id",
        "reason",
        unique=True,
        postgresql_where=text("status = 'open'"),
    ),
    Index(None, "status", "created_at"),
)
