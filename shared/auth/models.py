from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base
from shared.db.types import SealedColumn, UtcDateTime, WordType, id_column
from shared.security.pii import Sealed
from shared.users.models import User


class CodePurpose(StrEnum):
    SIGN_IN_AGENT = "sign_in_agent"
    SIGN_IN_CLIENT = "sign_in_client"
    VERIFY_PHONE = "verify_phone"
    VERIFY_EMAIL = "verify_email"
    CONFIRM_CONTACT = "confirm_contact"  # the old contact agrees to the new one
    RESET_PASSWORD = "reset_password"  # noqa: S105 -- a purpose, no secret
    STEP_UP = "step_up"
    SIGNATURE = "signature"


class CodeChannel(StrEnum):
    SMS = "sms"
    EMAIL = "email"


class CodeDelivery(StrEnum):
    PENDING = "pending"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class OtpSession(Base):
    """A one-time code: its keyed hash, what it confirms, its tries. The code itself is nowhere."""

    __tablename__ = "otp_sessions"
    __table_args__ = (
        Index(
            "uq_otp_sessions_live",
            "purpose",
            "address_index",
            unique=True,
            postgresql_where=text("used_at IS NULL AND replaced_at IS NULL"),
        ),
        Index(None, "address_index", "created_at"),
        Index(None, "provider_message_id", postgresql_where=text("provider_message_id IS NOT NULL")),
        Index(None, "created_at"),
        CheckConstraint("tries >= 0 AND tries <= 5", name="tries"),
    )

    id: Mapped[UUID] = id_column()
    purpose: Mapped[CodePurpose] = mapped_column(WordType(CodePurpose))
    channel: Mapped[CodeChannel] = mapped_column(WordType(CodeChannel))
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey(User.id), index=True)
    address: Mapped[Sealed] = mapped_column(SealedColumn)
    address_index: Mapped[bytes] = mapped_column(LargeBinary)
    #: what the code confirms besides its purpose: a signature's set hash, or empty
    bound_to: Mapped[str] = mapped_column(Text)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary)
    tries: Mapped[int] = mapped_column(Integer, default=0)
    delivery: Mapped[CodeDelivery] = mapped_column(WordType(CodeDelivery))
    provider_message_id: Mapped[str | None] = mapped_column(Text)
    provider_code: Mapped[str | None] = mapped_column(Text)
    delivered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ip: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    replaced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
