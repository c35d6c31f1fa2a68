from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base
from shared.db.types import MoneyType, SealedColumn, UtcDateTime, WordType, id_column
from shared.kernel.money import Money
from shared.ledger import tables as ledger
from shared.security.pii import Sealed
from shared.users.models import User


class StatementFormat(StrEnum):
    EXCHANGE_1C = "exchange_1c"
    CSV = "csv"


class LineMeaning(StrEnum):
    """What a line of a statement is; the ledger knows of each but ``own_expense`` and ``unknown``."""

    PROVIDER_SETTLED = "provider_settled"
    PAYOUTS_FUNDED = "payouts_funded"
    REFUND_FUNDED = "refund_funded"  # posted when the refund was
    FEE_SWEPT = "fee_swept"
    SET_OFF = "set_off"  # cash of debts that were paid with payables; posted with the set-off
    OWN_FUNDS_IN = "own_funds_in"
    OWN_TRANSFER = "own_transfer"  # the other end of a sweep, or the platform making up for charges
    DEBT_REPAID = "debt_repaid"  # posted by whoever settles debts
    PAYOUT = "payout"  # posted when the payout succeeded
    OWN_EXPENSE = "own_expense"  # the platform's own money, for its own needs
    RETURNED_PAYOUT = "returned_payout"  # posted when an operator has settled it
    UNKNOWN = "unknown"


class BankStatement(Base):
    """One file of the bank's, as it was taken; never deleted."""

    __tablename__ = "bank_statements"
    __table_args__ = (
        UniqueConstraint("account", "sha256"),
        CheckConstraint(
            "opening_kopecks + incoming_kopecks - outgoing_kopecks = closing_kopecks", name="even"
        ),
        CheckConstraint("since <= until", name="period"),
        Index(None, "account", "until"),
    )

    id: Mapped[UUID] = id_column()
    #: ours, twenty digits
    account: Mapped[str] = mapped_column(Text)
    format: Mapped[StatementFormat] = mapped_column(WordType(StatementFormat))
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date] = mapped_column(Date)
    opening_kopecks: Mapped[Money] = mapped_column(MoneyType)
    closing_kopecks: Mapped[Money] = mapped_column(MoneyType)
    incoming_kopecks: Mapped[Money] = mapped_column(MoneyType)
    outgoing_kopecks: Mapped[Money] = mapped_column(MoneyType)
    lines_new: Mapped[int] = mapped_column(Integer)
    #: of these, what an earlier statement had brought
    lines_known: Mapped[int] = mapped_column(Integer)
    uploaded_by: Mapped[UUID] = mapped_column(ForeignKey(User.id), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class BankLine(Base):
    """One executed document on our account, once, in however many statements it stands.

    The bank's own reference is day, direction, number and sum; ``ordinal`` counts those that have all of it in common.
    """

    __tablename__ = "bank_lines"
    __table_args__ = (
        UniqueConstraint(
            "account",
            "booked_on",
            "incoming",
            "number",
            "amount_kopecks",
            "ordinal",
            name="uq_bank_lines_reference",
        ),
        UniqueConstraint("ledger_transaction_id"),
        CheckConstraint("amount_kopecks > 0", name="amount"),
        Index(None, "meaning", "booked_on"),
    )

    id: Mapped[UUID] = id_column()
    #: the one that brought it first; its key sealed the line
    statement_id: Mapped[UUID] = mapped_column(ForeignKey(BankStatement.id), index=True)
    account: Mapped[str] = mapped_column(Text)
    booked_on: Mapped[date] = mapped_column(Date)
    incoming: Mapped[bool]
    number: Mapped[str] = mapped_column(Text)
    amount_kopecks: Mapped[Money] = mapped_column(MoneyType)
    ordinal: Mapped[int] = mapped_column(Integer)
    #: JSON: account, inn, name
    counterparty: Mapped[Sealed] = mapped_column(SealedColumn)
    purpose: Mapped[Sealed] = mapped_column(SealedColumn)
    meaning: Mapped[LineMeaning] = mapped_column(WordType(LineMeaning))
    terminal: Mapped[str | None] = mapped_column(Text)
    #: the posting that this line proves
    ledger_transaction_id: Mapped[UUID | None] = mapped_column(ForeignKey(ledger.transactions.c.id))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    matched_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def reference(self) -> str:
        """The bank's own, for the ledger's key."""
        direction = "in" if self.incoming else "out"
        parts = (
            self.account,
            self.booked_on,
            direction,
            self.number,
            self.amount_kopecks.kopecks,
            self.ordinal,
        )
        return "/".join(str(part) for part in parts)
