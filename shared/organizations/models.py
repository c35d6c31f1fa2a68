from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, LargeBinary, Text, text
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
    REJECTED = "rejected"


class BasisKind(StrEnum):
    """What entitles a signer."""

    CHARTER = "charter"
    POWER_OF_ATTORNEY = "power_of_attorney"


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
    __table_args__ = (
        Index(
            "uq_organizations_inn_index",
            "inn_index",
            unique=True,
            postgresql_where=text("status <> 'rejected'"),
        ),
        CheckConstraint(f"agent_share_bps > 0 AND agent_share_bps < {ALL_BPS}", name="agent_share"),
        CheckConstraint(
            "status <> 'active' OR (ogrn IS NOT NULL AND city IS NOT NULL AND tax_regime IS NOT NULL)",
            name="complete",
        ),
    )

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
    #: like the tax regime and the ОГРН, known at the approval at the latest
    city: Mapped[str | None] = mapped_column(Text)
    tax_regime: Mapped[TaxRegime | None] = mapped_column(WordType(TaxRegime))
    #: an agent's share of the price less VAT and the platform's fee, unless his membership says otherwise
    agent_share_bps: Mapped[int | None] = mapped_column(Integer)
    #: which terminal collects for it; None: the default one
    payment_terminal: Mapped[str | None] = mapped_column(Text)
    email: Mapped[Sealed] = mapped_column(SealedColumn)
    phone: Mapped[Sealed] = mapped_column(SealedColumn)
    #: an operator's words: why it was rejected or blocked
    status_reason: Mapped[str | None] = mapped_column(Text)
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
        CheckConstraint(f"share_bps > 0 AND share_bps < {ALL_BPS}", name="share"),
        CheckConstraint(
            "basis_kind IS DISTINCT FROM 'power_of_attorney' OR (basis_number IS NOT NULL AND basis_issued_on IS NOT NULL"
            " AND basis_valid_until IS NOT NULL AND basis_scope IS NOT NULL)",
            name="power",
        ),
    )

    id: Mapped[UUID] = id_column()
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id"), index=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    member_role: Mapped[MemberRole] = mapped_column(WordType(MemberRole))
    #: an agent's own share, in place of the organization's
    share_bps: Mapped[int | None] = mapped_column(Integer)
    position: Mapped[str | None] = mapped_column(Text)
    #: as it stands in a contract: «Устав», «доверенность № 5 от 24.11.2026»
    basis: Mapped[str | None] = mapped_column(Text)
    basis_kind: Mapped[BasisKind | None] = mapped_column(WordType(BasisKind))
    basis_number: Mapped[str | None] = mapped_column(Text)
    basis_issued_on: Mapped[date | None] = mapped_column(Date)
    basis_valid_until: Mapped[date | None] = mapped_column(Date)
    basis_scope: Mapped[str | None] = mapped_column(Text)
    #: a signer's basis was checked by an operator
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    checked_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), index=True)
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
