from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base
from shared.db.types import UtcDateTime, id_column

Facts = dict[str, str | int | bool | None]


class AuditLog(Base):
    """Who changed what, from where; append-only in the database. Facts are never personal."""

    __tablename__ = "audit_logs"
    __table_args__ = (
        Index(None, "entity_kind", "entity_id", "id"),
        Index(None, "actor_id", "id"),
    )

    id: Mapped[UUID] = id_column()
    #: None: the service itself (a schedule, a worker)
    actor_id: Mapped[UUID | None] = mapped_column(Uuid)
    action: Mapped[str] = mapped_column(Text)
    entity_kind: Mapped[str] = mapped_column(Text)
    entity_id: Mapped[UUID] = mapped_column(Uuid)
    before: Mapped[Facts | None] = mapped_column(JSONB)
    after: Mapped[Facts | None] = mapped_column(JSONB)
    ip: Mapped[str | None] = mapped_column(Text)
    user_agent: Mapped[str | None] = mapped_column(Text)
    request_id: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
