from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Integer, LargeBinary, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base
from shared.db.types import SealedColumn, UtcDateTime, WordType, id_column
from shared.security.pii import Sealed
from shared.users.models import User


class StaffRole(StrEnum):
    """Those of ``shared.kernel.roles.Role`` that are for staff."""

    OPERATOR = "operator"
    ADMIN = "admin"


class StaffMember(Base):
    """One who works for the platform: an operator or an admin, with his second factor."""

    __tablename__ = "staff_members"

    user_id: Mapped[UUID] = mapped_column(ForeignKey(User.id), primary_key=True)
    role: Mapped[StaffRole] = mapped_column(WordType(StaffRole))
    #: base32, sealed under the person's key
    totp_secret: Mapped[Sealed] = mapped_column(SealedColumn)
    #: the newest 30-second step whose code was used: none is taken twice (RFC 6238, 5.2)
    totp_last_step: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class StaffRecoveryCode(Base):
    """Stands in for the second factor once, when the device is lost."""

    __tablename__ = "staff_recovery_codes"
    __table_args__ = (UniqueConstraint("code_hash"),)

    id: Mapped[UUID] = id_column()
    user_id: Mapped[UUID] = mapped_column(ForeignKey("staff_members.user_id"), index=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class StaffChallenge(Base):
    """Between the password and the second factor."""

    __tablename__ = "staff_challenges"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        CheckConstraint("tries >= 0 AND tries <= 5", name="tries"),
    )

    id: Mapped[UUID] = id_column()
    user_id: Mapped[UUID] = mapped_column(ForeignKey("staff_members.user_id"), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary)
    ip: Mapped[str] = mapped_column(Text)
    user_agent: Mapped[str] = mapped_column(Text)
    tries: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
