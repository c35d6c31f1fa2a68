from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base
from shared.db.types import SealedColumn, UtcDateTime, WordType, id_column
from shared.kernel.money import ALL_BPS
from shared.kernel.tax import TaxRegime
from shared.security.pii import Sealed


class OrganizationKind(StrEnum):
    AGENCY = "agency"
    DEVELOPER = "developer"
    PLATFORM = "platform"


class OrganizationStatus(StrEnum):
    PENDING = "pending"
    ACTIVE = "active"
    BLOCKED = "blocked"


class MemberRole(StrEnum):
    ADMIN = "admin"
    AGENT = "agent"
    ACCOUNTANT = "accountant"
    SIGNER = "signer"


class SubcontractStatus(StrEnum):
    AWAITING_SIGNATURES = "awaiting_signatures"
    SIGNED = "signed"
    ENDED = "ended"


class Organization(Base):
    __tablename__ = "organizations"
    __table_args__ = (Index("uq_organizations_inn_index", "inn_index", unique=True),)

    id: Mapped[UUID] = id_column()
    kind: Mapped[OrganizationKind] = mapped_column(WordType(OrganizationKind))
    status: Mapped[OrganizationStatus] = mapped_column(WordType(OrganizationStatus))
    name: Mapped[str] = mapped_column(Text)  # a company's name is public
    short_name: Mapped[str] = mapped_column(Text)
    inn: Mapped[Sealed] = mapped_column(SealedColumn)
    inn_index: Mapped[bytes] = mapped_column(LargeBinary)
    kpp: Mapped[str | None] = mapped_column(Text)
    ogrn: Mapped[str | None] = mapped_column(Text)
    legal_address: Mapped[str] = mapped_column(Text)
    city: Mapped[str] = mapped_column(Text)
    tax_regime: Mapped[TaxRegime] = mapped_column(WordType(TaxRegime))
    email: Mapped[Sealed] = mapped_column(SealedColumn)
    phone: Mapped[Sealed] = mapped_column(SealedColumn)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class OrganizationMember(Base):
    """A person's role in an organization; one person may hold several (an admin who also signs)."""

    __tablename__ = "organization_members"
    __table_args__ = (
        Index(
            "uq_organization_members_live",
            "organization_id",
            "user_id",
            "member_role",
            unique=True,
            postgresql_where=text("removed_at IS NULL"),
        ),
        CheckConstraint(
            "member_role <> 'signer' OR (position IS NOT NULL AND basis IS NOT NULL)", name="signer_has_basis"
        ),
    )

    id: Mapped[UUID] = id_column()
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id"), index=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    member_role: Mapped[MemberRole] = mapped_column(WordType(MemberRole))
    position: Mapped[str | None] = mapped_column(Text)
    basis: Mapped[str | None] = mapped_column(Text)
    #: a signer's basis was checked by an operator
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ServiceSubcontract(Base):
    """A self-employed agent's service contract with an agency: his price as a share of price less VAT and fee."""

    __tablename__ = "service_subcontracts"
    __table_args__ = (
        CheckConstraint(f"share_bps > 0 AND share_bps < {ALL_BPS}", name="share"),
        Index(
            "uq_service_subcontracts_live",
            "organization_id",
            "agent_id",
            unique=True,
            postgresql_where=text("status <> 'ended'"),
        ),
    )

    id: Mapped[UUID] = id_column()
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id"), index=True)
    agent_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    share_bps: Mapped[int] = mapped_column(Integer)
    status: Mapped[SubcontractStatus] = mapped_column(WordType(SubcontractStatus))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    signed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
