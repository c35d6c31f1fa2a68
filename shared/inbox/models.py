from datetime import datetime
from uuid import UUID

from sqlalchemy import LargeBinary, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base
from shared.db.types import UtcDateTime, id_column


class InboxEvent(Base):
    """A provider's event that was taken, once and for ever: rows are never deleted."""

    __tablename__ = "inbox_events"
    __table_args__ = (UniqueConstraint("provider", "event_key"),)

    id: Mapped[UUID] = id_column()
    provider: Mapped[str] = mapped_column(Text)
    event_key: Mapped[str] = mapped_column(Text)
    body_sha256: Mapped[bytes] = mapped_column(LargeBinary)
    #: what came of it: "recorded", "suspense", "unknown_kind", …
    outcome: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
