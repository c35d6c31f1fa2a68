from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, LargeBinary, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shared.audit.tables import audit_logs
from shared.db.base import Base
from shared.db.types import UtcDateTime


class AuditLink(Base):
    """One line of the audit log in its place of the chain; append-only in the database."""

    __tablename__ = "audit_chain"
    __table_args__ = (
        UniqueConstraint("audit_id"),
        CheckConstraint("position > 0", name="position"),
        CheckConstraint("octet_length(hash) = 32", name="hash"),
    )

    #: 1, 2, 3 … without a gap
    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    audit_id: Mapped[UUID] = mapped_column(ForeignKey(audit_logs.c.id))
    #: SHA-256 over the hash before and the line
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    chained_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AuditSeal(Base):
    """The chain's head as it stood, sealed under a key of the service; append-only in the database."""

    __tablename__ = "audit_seals"

    position: Mapped[int] = mapped_column(
        ForeignKey("audit_chain.position"), primary_key=True, autoincrement=False
    )
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    key_id: Mapped[str] = mapped_column(Text)
    seal: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_at: Mapped[datetime] = mapped_column(UtcDateTime)
