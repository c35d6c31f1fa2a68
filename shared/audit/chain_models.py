from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.orm import Mapped, mapped_column

from shared.audit.tables import audit_logs
from shared.db.base import Base
from shared.db.types import UtcDateTime

#: Lines without a place in the chain; a trigger puts them here, whoever writes them.
audit_unchained = Table("audit_unchained", Base.metadata, Column("audit_id", Uuid, primary_key=True))


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
    #: SHA-256 over the hash before, the line and ``chained_at`` (shared/audit/hashing.py)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    chained_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AuditSeal(Base):
    """The chain's head as it stood when no line waited, sealed under a key of the service; append-only."""

    __tablename__ = "audit_seals"

    position: Mapped[int] = mapped_column(
        ForeignKey("audit_chain.position"), primary_key=True, autoincrement=False
    )
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    key_id: Mapped[str] = mapped_column(Text)
    seal: Mapped[bytes] = mapped_column(LargeBinary)
    #: the same head is sealed again while nothing happens
    sealed_at: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
