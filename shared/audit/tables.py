"""The audit log as it is written; a plain table, since every function that changes something carries it."""

from sqlalchemy import Column, Index, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from shared.db.base import Base
from shared.db.types import UtcDateTime
from shared.kernel.identifiers import new_id

Facts = dict[str, str | int | bool | None]

audit_logs = Table(
    "audit_logs",
    Base.metadata,
    Column("id", Uuid, primary_key=True, default=new_id),
    Column("actor_id", Uuid),
    Column("action", Text, nullable=False),
    Column("entity_kind", Text, nullable=False),
    Column("entity_id", Uuid, nullable=False),
    Column("before", JSONB(none_as_null=True)),
    Column("after", JSONB(none_as_null=True)),
    Column("ip", Text),
    Column("user_agent", Text),
    Column("request_id", Text, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Index(None, "entity_kind", "entity_id", "id"),
    Index(None, "actor_id", "id"),
    Index(None, "recorded_at", "id"),
    Index(None, "action", "recorded_at", "id"),
)
