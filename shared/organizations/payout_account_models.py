from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base
from shared.db.types import SealedColumn, UtcDateTime, WordType, id_column
from shared.organizations.models import Organization
from shared.security.pii import Sealed
from shared.users.models import User


class PayoutAccountKind(StrEnum):
    SBP_PHONE = "sbp_phone"
    BANK_ACCOUNT = "bank_account"
    CARD = "card"


class PayoutAccount(Base):
    """Where an owner's money goes; the details are sealed under his key."""

    __tablename__ = "payout_accounts"
    __table_args__ = (
        CheckConstraint("(owner_user_id IS NULL) <> (owner_organization_id IS NULL)", name="one_owner"),
        CheckConstraint("(confirmed_at IS NULL) = (usable_from IS NULL)", name="confirmed"),
        CheckConstraint("confirmed_at IS NOT NULL OR NOT is_default", name="default"),
        Index(
            "uq_payout_accounts_user_default",
            "owner_user_id",
            unique=True,
            postgresql_where=text("is_default AND removed_at IS NULL"),
        ),
        Index(
            "uq_payout_accounts_organization_default",
            "owner_organization_id",
            unique=True,
            postgresql_where=text("is_default AND removed_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = id_column()
    owner_user_id: Mapped[UUID | None] = mapped_column(ForeignKey(User.id), index=True)
    owner_organization_id: Mapped[UUID | None] = mapped_column(ForeignKey(Organization.id), index=True)
    kind: Mapped[PayoutAccountKind] = mapped_column(WordType(PayoutAccountKind))
    #: JSON: {"phone", "bank_id"} for sbp_phone, {"bik", "account", "holder"} for bank_account, {"token", "last4"} for card
    details: Mapped[Sealed] = mapped_column(SealedColumn)
    is_default: Mapped[bool]
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey(User.id), index=True)
    #: an organization's account counts once a signer has confirmed it; a person's at once
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    confirmed_by: Mapped[UUID | None] = mapped_column(ForeignKey(User.id), index=True)
    usable_from: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
