"""The audit log as it is read."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped

from shared.audit.tables import Facts, audit_logs
from shared.db.base import Base


class AuditLog(Base):
    """Who changed what, from where; append-only in the database. Facts are never personal."""

    __table__ = audit_logs

    id: Mapped[UUID]
    #: None: the service itself (a schedule, a worker)
    actor_id: Mapped[UUID | None]
    action: Mapped[str]
    entity_kind: Mapped[str]
    entity_id: Mapped[UUID]
    before: Mapped[Facts | None]
    after: Mapped[Facts | None]
    ip: Mapped[str | None]
    user_agent: Mapped[str | None]
    request_id: Mapped[str]
    recorded_at: Mapped[datetime]
