from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, Integer, LargeBinary, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base
from shared.db.types import SealedColumn, UtcDateTime, id_column
from shared.security.pii import Sealed


class IdempotencyKey(Base):
    """One request of one caller to one operation; its answer is sealed, since it may hold personal data."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (
        UniqueConstraint("scope", "key"),
        Index(None, "expires_at"),
    )

    id: Mapped[UUID] = id_column()
    scope: Mapped[str] = mapped_column(Text)
    key: Mapped[str] = mapped_column(Text)
    content_hash: Mapped[bytes] = mapped_column(LargeBinary)
    #: set while an operation of two transactions runs; past it a repeat may take over
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answer_status: Mapped[int | None] = mapped_column(Integer)
    answer_headers: Mapped[dict[str, str] | None] = mapped_column(JSONB)
    answer_body: Mapped[Sealed | None] = mapped_column(SealedColumn)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
