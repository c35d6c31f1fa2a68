from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base
from shared.db.types import MoneyType, SealedColumn, UtcDateTime, WordType, id_column
from shared.deals.models import Deal, DealParty, PaymentStep
from shared.kernel.money import Money
from shared.organizations.models import Organization
from shared.payments.models import Split
from shared.security.pii import Sealed
from shared.users.models import User


class ReceiptKind(StrEnum):
    NPD = "npd"
    KKT = "kkt"


class ReceiptStatus(StrEnum):
    PLANNED = "planned"
    SENDING = "sending"
    REGISTERED = "registered"
    DELIVERED = "delivered"
    FAILED = "failed"  # the cash register said no: a person has it made anew
    BLOCKED = "blocked"  # unbound, unregistered, over the limit: a task says which
    CANCELLED = "cancelled"


class Receipt(Base):
    """Of НПД: it belongs to an income event, and its id is the operation id at the tax service. Of a cash register: see ``KktReceipt``."""

    __tablename__ = "receipts"
    __table_args__ = (
        # A cancelled receipt makes room: a payout that came back may be paid again.
        Index(
            "uq_receipts_income",
            "kind",
            "split_id",
            unique=True,
            postgresql_where=text("status <> 'cancelled'"),
        ),
        CheckConstraint("(payer_party_id IS NULL) <> (payer_organization_id IS NULL)", name="one_payer"),
        CheckConstraint("(taxpayer_id IS NULL) <> (taxpayer_organization_id IS NULL)", name="one_taxpayer"),
        CheckConstraint(
            "kind <> 'npd' OR (taxpayer_id IS NOT NULL AND split_id IS NOT NULL)", name="npd_of_a_person"
        ),
        CheckConstraint("amount_kopecks > 0", name="amount"),
        CheckConstraint("(external_id IS NULL) = (link IS NULL)", name="registered_whole"),
    )

    id: Mapped[UUID] = id_column()
    kind: Mapped[ReceiptKind] = mapped_column(WordType(ReceiptKind))
    status: Mapped[ReceiptStatus] = mapped_column(WordType(ReceiptStatus), index=True)
    deal_id: Mapped[UUID] = mapped_column(ForeignKey(Deal.id), index=True)
    schedule_id: Mapped[UUID] = mapped_column(ForeignKey(PaymentStep.id), index=True)
    #: of НПД
    split_id: Mapped[UUID | None] = mapped_column(ForeignKey(Split.id), index=True)
    taxpayer_id: Mapped[UUID | None] = mapped_column(ForeignKey(User.id), index=True)
    #: whose cash register's receipt it is
    taxpayer_organization_id: Mapped[UUID | None] = mapped_column(ForeignKey(Organization.id), index=True)
    payer_party_id: Mapped[UUID | None] = mapped_column(ForeignKey(DealParty.id), index=True)
    payer_organization_id: Mapped[UUID | None] = mapped_column(ForeignKey(Organization.id), index=True)
    amount_kopecks: Mapped[Money] = mapped_column(MoneyType)
    operation_time: Mapped[datetime] = mapped_column(UtcDateTime)
    external_id: Mapped[str | None] = mapped_column(Text)
    #: holds the taxpayer's INN; sealed under the receipt's own key, which outlives his account
    link: Mapped[Sealed | None] = mapped_column(SealedColumn)
    hold_reason: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    registered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    delivered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
