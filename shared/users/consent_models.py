from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base
from shared.db.types import UtcDateTime, WordType, id_column
from shared.users.consent_kinds import ConsentKind
from shared.users.models import User


class UserConsent(Base):
    """One giving of one consent; withdrawn, it stays as history."""

    __tablename__ = "user_consents"
    __table_args__ = (
        Index(
            "uq_user_consents_live",
            "user_id",
            "kind",
            unique=True,
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = id_column()
    user_id: Mapped[UUID] = mapped_column(ForeignKey(User.id), index=True)
    kind: Mapped[ConsentKind] = mapped_column(WordType(ConsentKind))
    document_version: Mapped[str] = mapped_column(Text)
    document_sha256: Mapped[bytes] = mapped_column(LargeBinary)
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ip: Mapped[str] = mapped_column(Text)
    user_agent: Mapped[str] = mapped_column(Text)
    withdrawn_ip: Mapped[str | None] = mapped_column(Text)
    withdrawn_user_agent: Mapped[str | None] = mapped_column(Text)
