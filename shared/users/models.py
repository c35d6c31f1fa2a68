from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base
from shared.db.types import SealedColumn, UtcDateTime, WordType, id_column
from shared.security.pii import Sealed


class UserStatus(StrEnum):
    """Of the account. Whether its consents suffice depends on the door: ``shared.users.consent_kinds``."""

    ACTIVE = "active"
    BLOCKED = "blocked"
    ERASED = "erased"


class TaxStatus(StrEnum):
    SELF_EMPLOYED = "self_employed"  # НПД
    SOLE_TRADER = "sole_trader"  # ИП
    EMPLOYEE = "employee"  # an agency's; not payable himself


class User(Base):
    """One person, whichever door he uses. Contacts are sealed and found by blind index.

    A contact that was only typed in identifies nobody: only proved ones are unique.
    """

    __tablename__ = "users"
    __table_args__ = (
        Index(
            "uq_users_phone_index",
            "phone_index",
            unique=True,
            postgresql_where=text("phone_verified_at IS NOT NULL"),
        ),
        Index(
            "uq_users_email_index",
            "email_index",
            unique=True,
            postgresql_where=text("email_verified_at IS NOT NULL"),
        ),
        Index(None, "email_index"),
        CheckConstraint("(phone IS NULL) = (phone_index IS NULL)", name="phone_and_index"),
        CheckConstraint("(email IS NULL) = (email_index IS NULL)", name="email_and_index"),
        CheckConstraint("status = 'erased' OR phone IS NOT NULL OR email IS NOT NULL", name="reachable"),
    )

    id: Mapped[UUID] = id_column()
    status: Mapped[UserStatus] = mapped_column(WordType(UserStatus))
    phone: Mapped[Sealed | None] = mapped_column(SealedColumn)
    phone_index: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    email: Mapped[Sealed | None] = mapped_column(SealedColumn)
    email_index: Mapped[bytes | None] = mapped_column(LargeBinary)
    email_verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    password_hash: Mapped[str | None] = mapped_column(Text)
    password_changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: a changed contact holds payouts for a day
    payouts_held_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    blocked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    block_reason: Mapped[str | None] = mapped_column(Text)
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class UserProfile(Base):
    __tablename__ = "user_profiles"
    __table_args__ = (
        Index(None, "inn_index"),
        CheckConstraint("(inn IS NULL) = (inn_index IS NULL)", name="inn_and_index"),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    full_name: Mapped[Sealed | None] = mapped_column(SealedColumn)
    inn: Mapped[Sealed | None] = mapped_column(SealedColumn)
    inn_index: Mapped[bytes | None] = mapped_column(LargeBinary)
    passport: Mapped[Sealed | None] = mapped_column(SealedColumn)
    passport_index: Mapped[bytes | None] = mapped_column(LargeBinary)
    address: Mapped[Sealed | None] = mapped_column(SealedColumn)
    city: Mapped[str | None] = mapped_column(Text)
    tax_status: Mapped[TaxStatus | None] = mapped_column(WordType(TaxStatus))
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SignatureAgreement(Base):
    """The agreement on electronic interaction (ПЭП), accepted before the first signature (63-ФЗ art. 6, 9)."""

    __tablename__ = "signature_agreements"
    __table_args__ = (UniqueConstraint("user_id", "document_version"),)

    id: Mapped[UUID] = id_column()
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    document_version: Mapped[str] = mapped_column(Text)
    document_sha256: Mapped[bytes] = mapped_column(LargeBinary)
    #: when the phone that is the key of the signature was verified
    phone_verified_at: Mapped[datetime] = mapped_column(UtcDateTime)
    accepted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ip: Mapped[str] = mapped_column(Text)
    user_agent: Mapped[str] = mapped_column(Text)
