from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base
from shared.db.types import MoneyType, SealedColumn, UtcDateTime, WordType, id_column
from shared.deals.words import PropertyType, ReleaseRule, StepTrigger
from shared.kernel.money import ALL_BPS, Money
from shared.kernel.tax import TaxRegime
from shared.organizations.models import Organization, ServiceSubcontract
from shared.security.pii import Sealed
from shared.users.models import User


class DealType(StrEnum):
    SECONDARY_BUY = "secondary_buy"
    SECONDARY_SELL = "secondary_sell"
    NEWBUILD_BOOKING = "newbuild_booking"
    RENT_TENANT = "rent_tenant"
    RENT_LANDLORD = "rent_landlord"


class DealStatus(StrEnum):
    DRAFT = "draft"
    AWAITING_SIGNATURES = "awaiting_signatures"
    SIGNED = "signed"
    PAYMENT_PENDING = "payment_pending"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    DISPUTE = "dispute"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"
    CLOSED = "closed"


class ExecutorKind(StrEnum):
    USER = "user"
    ORG = "org"


class PartyRole(StrEnum):
    CLIENT = "client"
    EXECUTOR = "executor"
    AGENT = "agent"
    AGENCY = "agency"
    DEVELOPER = "developer"
    CO_AGENT = "co_agent"
    PAYER = "payer"


class PartyKind(StrEnum):
    USER = "user"
    ORG = "org"
    EXTERNAL = "external"


class StepStatus(StrEnum):
    PLANNED = "planned"
    PAID = "paid"
    RELEASED = "released"
    CANCELLED = "cancelled"
    PARTED = "parted"  # its parts are paid and counted instead


class Deal(Base):
    __tablename__ = "deals"
    __table_args__ = (
        Index("uq_deals_number", "number", unique=True),
        Index(None, "agent_id", "status", "created_at"),
        Index(None, "executor_organization_id", "status", "created_at"),
        CheckConstraint(
            "(executor_kind = 'user' AND executor_user_id IS NOT NULL AND executor_organization_id IS NULL)"
            " OR (executor_kind = 'org' AND executor_organization_id IS NOT NULL AND executor_user_id IS NULL)",
            name="one_executor",
        ),
    )

    id: Mapped[UUID] = id_column()
    number: Mapped[str] = mapped_column(Text)
    type: Mapped[DealType] = mapped_column(WordType(DealType))
    status: Mapped[DealStatus] = mapped_column(WordType(DealStatus), index=True)
    agent_id: Mapped[UUID] = mapped_column(ForeignKey(User.id), index=True)
    executor_kind: Mapped[ExecutorKind] = mapped_column(WordType(ExecutorKind))
    executor_user_id: Mapped[UUID | None] = mapped_column(ForeignKey(User.id), index=True)
    executor_organization_id: Mapped[UUID | None] = mapped_column(ForeignKey(Organization.id), index=True)
    property_type: Mapped[PropertyType] = mapped_column(WordType(PropertyType))
    address: Mapped[Sealed] = mapped_column(SealedColumn)
    city: Mapped[str] = mapped_column(Text)
    #: grows with every change; the ETag
    revision: Mapped[int] = mapped_column(Integer, default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    signed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012 -- SQLAlchemy's own form


class DealParty(Base):
    __tablename__ = "deal_parties"
    __table_args__ = (
        UniqueConstraint("deal_id", "role", "signing_order"),
        Index(None, "phone_index"),
        CheckConstraint("(kind = 'org') = (organization_id IS NOT NULL)", name="organization"),
        CheckConstraint("(phone IS NULL) = (phone_index IS NULL)", name="phone_and_index"),
    )

    id: Mapped[UUID] = id_column()
    deal_id: Mapped[UUID] = mapped_column(ForeignKey("deals.id"), index=True)
    role: Mapped[PartyRole] = mapped_column(WordType(PartyRole))
    kind: Mapped[PartyKind] = mapped_column(WordType(PartyKind))
    #: an external party becomes a user when a person verifies the phone that it carries
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey(User.id), index=True)
    organization_id: Mapped[UUID | None] = mapped_column(ForeignKey(Organization.id), index=True)
    name: Mapped[Sealed] = mapped_column(SealedColumn)
    phone: Mapped[Sealed | None] = mapped_column(SealedColumn)
    phone_index: Mapped[bytes | None] = mapped_column(LargeBinary)
    email: Mapped[Sealed | None] = mapped_column(SealedColumn)
    #: JSON: {series, number, issued_by, issued_on, department_code}
    passport: Mapped[Sealed | None] = mapped_column(SealedColumn)
    address: Mapped[Sealed | None] = mapped_column(SealedColumn)
    signature_required: Mapped[bool]
    signing_order: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class DealTerms(Base):
    """One version of a deal's terms; frozen at submission, the signed version never changes."""

    __tablename__ = "deal_terms"
    __table_args__ = (
        UniqueConstraint("deal_id", "version"),
        CheckConstraint("price_kopecks > 0", name="price"),
        CheckConstraint("commission_kopecks > 0", name="commission"),
        CheckConstraint("platform_fee_bps >= 0 AND platform_fee_bps <= 10000", name="fee"),
        CheckConstraint("hold_days >= 0 AND hold_days <= 365", name="hold_days"),
        CheckConstraint(
            "(advance_fixed_kopecks IS NULL OR advance_bps IS NULL)"
            " AND (advance_fixed_kopecks IS NULL OR advance_fixed_kopecks > 0)"
            f" AND (advance_bps IS NULL OR (advance_bps > 0 AND advance_bps < {ALL_BPS}))",
            name="advance",
        ),
        CheckConstraint("(canonical IS NULL) = (sha256 IS NULL)", name="frozen_with_hash"),
        CheckConstraint("(frozen_at IS NULL) = (sha256 IS NULL)", name="frozen_at_with_hash"),
    )

    id: Mapped[UUID] = id_column()
    deal_id: Mapped[UUID] = mapped_column(ForeignKey("deals.id"), index=True)
    version: Mapped[int] = mapped_column(Integer)
    price_kopecks: Mapped[Money] = mapped_column(MoneyType)
    commission_fixed_kopecks: Mapped[Money] = mapped_column(MoneyType)
    commission_bps: Mapped[int] = mapped_column(Integer)
    commission_kopecks: Mapped[Money] = mapped_column(MoneyType)
    #: an advance is one of the two, or none; its sum is the first step's
    advance_fixed_kopecks: Mapped[Money | None] = mapped_column(MoneyType)
    #: of the commission
    advance_bps: Mapped[int | None] = mapped_column(Integer)
    tax_regime: Mapped[TaxRegime] = mapped_column(WordType(TaxRegime))
    #: None: no VAT
    vat_bps: Mapped[int | None] = mapped_column(Integer)
    platform_fee_bps: Mapped[int] = mapped_column(Integer)
    platform_fee_min_kopecks: Mapped[Money] = mapped_column(MoneyType)
    hold_days: Mapped[int] = mapped_column(Integer)
    silence_days: Mapped[int] = mapped_column(Integer)
    exclusive_until: Mapped[date | None] = mapped_column(Date)
    #: [{"line", "owner_kind", "owner_id", "bps"}] in the rule's order; see ``payments.splits``
    split_rule: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    subcontract_id: Mapped[UUID | None] = mapped_column(ForeignKey(ServiceSubcontract.id), index=True)
    canonical: Mapped[str | None] = mapped_column(Text)
    sha256: Mapped[bytes | None] = mapped_column(LargeBinary)
    frozen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PaymentStep(Base):
    """A step of the payment plan."""

    __tablename__ = "payment_schedules"
    __table_args__ = (
        UniqueConstraint("deal_id", "step_no"),
        CheckConstraint("amount_kopecks > 0", name="amount"),
        CheckConstraint("('date' IN (trigger, release_rule)) = (due_on IS NOT NULL)", name="due_on"),
        CheckConstraint(
            "('milestone' IN (trigger, release_rule)) = (milestone IS NOT NULL)", name="milestone"
        ),
        Index(None, "status", "release_due_at"),
        CheckConstraint("part_of < step_no", name="part_of"),
        ForeignKeyConstraint(
            ["deal_id", "part_of"], ["payment_schedules.deal_id", "payment_schedules.step_no"]
        ),
    )

    id: Mapped[UUID] = id_column()
    deal_id: Mapped[UUID] = mapped_column(ForeignKey("deals.id"), index=True)
    step_no: Mapped[int] = mapped_column(Integer)
    amount_kopecks: Mapped[Money] = mapped_column(MoneyType)
    is_advance: Mapped[bool] = mapped_column(default=False)
    #: the number of the step that this one is a part of
    part_of: Mapped[int | None] = mapped_column(Integer)
    trigger: Mapped[StepTrigger] = mapped_column(WordType(StepTrigger))
    due_on: Mapped[date | None] = mapped_column(Date)
    #: the event's name as the contract has it
    milestone: Mapped[str | None] = mapped_column(Text)
    release_rule: Mapped[ReleaseRule] = mapped_column(WordType(ReleaseRule))
    status: Mapped[StepStatus] = mapped_column(WordType(StepStatus))
    paid_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: when the client accepted the milestone or the act, or his silence did
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: known once the rule leaves nothing but time to wait for; see ``releasing``
    release_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    released_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
