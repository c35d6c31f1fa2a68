from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base
from shared.db.types import SealedColumn, UtcDateTime, WordType, id_column
from shared.organizations.models import MemberRole, Organization
from shared.security.pii import Sealed
from shared.users.models import User


class InvitationChannel(StrEnum):
    SMS = "sms"
    EMAIL = "email"


class InvitationStatus(StrEnum):
    PENDING = "pending"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    REVOKED = "revoked"


class Invitation(Base):
    """A link to one address, used once before it expires; the token itself is nowhere."""

    __tablename__ = "invitations"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        Index(
            "uq_invitations_pending",
            "organization_id",
            "member_role",
            "address_index",
            unique=True,
            postgresql_where=text("status = 'pending'"),
        ),
        Index(None, "organization_id", "created_at"),
        CheckConstraint("(status = 'pending') = (decided_at IS NULL)", name="decided"),
    )

    id: Mapped[UUID] = id_column()
    organization_id: Mapped[UUID] = mapped_column(ForeignKey(Organization.id))
    member_role: Mapped[MemberRole] = mapped_column(WordType(MemberRole))
    #: of the membership: {"share_bps"} of an agent, {"position", "basis", …} of a signer
    terms: Mapped[dict[str, str | int | None]] = mapped_column(JSONB)
    channel: Mapped[InvitationChannel] = mapped_column(WordType(InvitationChannel))
    #: sealed under a key of the invitation's own
    address: Mapped[Sealed] = mapped_column(SealedColumn)
    address_index: Mapped[bytes] = mapped_column(LargeBinary)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[InvitationStatus] = mapped_column(WordType(InvitationStatus))
    #: None: the registration of an agency by somebody who has an account
    invited_by: Mapped[UUID | None] = mapped_column(ForeignKey(User.id), index=True)
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey(User.id), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
