from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base
from shared.db.types import MoneyType, UtcDateTime, WordType, id_column
from shared.kernel.money import Money
from shared.ports.registry import RegistryKind
from shared.reconciliation.statement_models import BankLine


class RegistrySource(StrEnum):
    API = "api"
    UPLOAD = "upload"


class RegistryDay(Base):
    """That a terminal's registry of a Moscow day was read as a whole, and its sums."""

    __tablename__ = "registry_days"
    __table_args__ = (UniqueConstraint("terminal", "day"),)

    id: Mapped[UUID] = id_column()
    terminal: Mapped[str] = mapped_column(Text)
    day: Mapped[date] = mapped_column(Date)
    source: Mapped[RegistrySource] = mapped_column(WordType(RegistrySource))
    paid_kopecks: Mapped[Money] = mapped_column(MoneyType)
    refunded_kopecks: Mapped[Money] = mapped_column(MoneyType)
    charge_kopecks: Mapped[Money] = mapped_column(MoneyType)
    #: of all these, what lies in deals at the bank and doesn't come to our account, less its charge
    in_deals_kopecks: Mapped[Money] = mapped_column(MoneyType)
    lines: Mapped[int] = mapped_column(Integer)
    read_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: the line of the statement that brought this day's money
    settled_by: Mapped[UUID | None] = mapped_column(ForeignKey(BankLine.id), index=True)

    @property
    def net(self) -> Money:
        """What the provider owes us for the day; below zero where more went back."""
        return self.paid_kopecks - self.refunded_kopecks - self.charge_kopecks - self.in_deals_kopecks


class StoredRegistryLine(Base):
    """One operation as the provider's registry has it; a day is replaced as a whole."""

    __tablename__ = "registry_lines"
    __table_args__ = (
        UniqueConstraint("terminal", "kind", "operation_id"),
        CheckConstraint("amount_kopecks >= 0 AND charge_kopecks >= 0", name="sums"),
        Index(None, "terminal", "day"),
    )

    id: Mapped[UUID] = id_column()
    terminal: Mapped[str] = mapped_column(Text)
    day: Mapped[date] = mapped_column(Date)
    kind: Mapped[RegistryKind] = mapped_column(WordType(RegistryKind))
    operation_id: Mapped[str] = mapped_column(Text)
    payment_id: Mapped[str | None] = mapped_column(Text)
    order_id: Mapped[str | None] = mapped_column(Text)
    amount_kopecks: Mapped[Money] = mapped_column(MoneyType)
    charge_kopecks: Mapped[Money] = mapped_column(MoneyType)
    occurred_at: Mapped[datetime] = mapped_column(UtcDateTime)
    bank_deal: Mapped[str | None] = mapped_column(Text)
