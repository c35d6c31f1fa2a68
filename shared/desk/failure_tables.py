"""Why messages failed; a plain table, since every queue function writes to it."""

from sqlalchemy import Column, Index, Integer, Table, Text

from shared.db.base import Base
from shared.db.types import UtcDateTime

message_failures = Table(
    "message_failures",
    Base.metadata,
    Column("queue", Text, primary_key=True),
    # the queue's own; a message keeps it among the dead letters
    Column("message_id", Text, primary_key=True),
    # the name of the exception's type at the last try, never its text
    Column("reason", Text, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("first_failed_at", UtcDateTime, nullable=False),
    Column("last_failed_at", UtcDateTime, nullable=False),
    Index(None, "last_failed_at"),
)
