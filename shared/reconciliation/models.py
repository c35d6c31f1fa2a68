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
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base
from shared.db.types import MoneyType, SealedColumn, UtcDateTime, WordType, id_column
from shared.kernel.money import Money
from shared.ledger import tables as ledger
from shared.ports.registry import RegistryKind
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
    OWN_FUNDS_IN = "own_funds_in"
    OWN_TRANSFER = "own_transfer"  # the other end of a sweep, or the platform making up for charges
    DEBT_REPAID = "debt_repaid"  # posted by whoever settles debts
    PAYOUT = "payout"  # posted when the payout succeeded
    OWN_EXPENSE = "own_expense"  # the platform's own money, for its own needs
    RETURNED_PAYOUT = "returned_payout"  # posted when an operator has settled it
    UNKNOWN = "unknown"


class RegistrySource(StrEnum):
    API = "api"
    UPLOAD = "upload"


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


class RegistryDay(Base):
    """That a terminal's registry of a Moscow day was read as a whole, and its sums."""

    __tablename__ = "registry_days"

    terminal: Mapped[str] = mapped_column(Text, primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    source: Mapped[RegistrySource] = mapped_column(WordType(RegistrySource))
    paid_kopecks: Mapped[Money] = mapped_column(MoneyType)
    refunded_kopecks: Mapped[Money] = mapped_column(MoneyType)
    charge_kopecks: Mapped[Money] = mapped_column(MoneyType)
    lines: Mapped[int] = mapped_column(Integer)
    read_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: the line of the statement that brought this day's money
    settled_by: Mapped[UUID | None] = mapped_column(ForeignKey(BankLine.id), index=True)

    @property
    def net(self) -> Money:
        """What the provider owes us for the day; below zero where more went back."""
        return self.paid_kopecks - self.refunded_kopecks - self.charge_kopecks


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


class RunStatus(StrEnum):
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"


class ReconciliationRun(Base):
    """One comparison of one Moscow day."""

    __tablename__ = "reconciliation_runs"
    __table_args__ = (
        Index(
            "uq_reconciliation_runs_running",
            "day",
            unique=True,
            postgresql_where=text("status = 'running'"),
        ),
        Index(None, "day", "started_at"),
    )

    id: Mapped[UUID] = id_column()
    day: Mapped[date] = mapped_column(Date)
    status: Mapped[RunStatus] = mapped_column(WordType(RunStatus))
    #: None: the schedule
    started_by: Mapped[UUID | None] = mapped_column(ForeignKey(User.id), index=True)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: payments that no message had brought and this run had recorded
    recovered: Mapped[int] = mapped_column(Integer, default=0)
    opened: Mapped[int] = mapped_column(Integer, default=0)
    closed: Mapped[int] = mapped_column(Integer, default=0)
    standing: Mapped[int] = mapped_column(Integer, default=0)


class RunTotal(Base):
    """The three sides of one terminal's day."""

    __tablename__ = "reconciliation_totals"

    run_id: Mapped[UUID] = mapped_column(ForeignKey("reconciliation_runs.id"), primary_key=True)
    terminal: Mapped[str] = mapped_column(Text, primary_key=True)
    #: what the ledger has of the day: payments less refunds and charges
    ledger_net_kopecks: Mapped[Money] = mapped_column(MoneyType)
    #: None: the registry wasn't read
    registry_net_kopecks: Mapped[Money | None] = mapped_column(MoneyType)
    #: settlements that came to the bank on the day
    settled_kopecks: Mapped[Money] = mapped_column(MoneyType)
    #: on provider_clearing at the day's end
    clearing_kopecks: Mapped[Money] = mapped_column(MoneyType)


class DifferenceKind(StrEnum):
    # a terminal's day
    REGISTRY_MISSING = "registry_missing"
    PAYMENT_NOT_IN_LEDGER = "payment_not_in_ledger"
    PAYMENT_NOT_IN_REGISTRY = "payment_not_in_registry"
    PAYMENT_AMOUNT = "payment_amount"
    PAYMENT_CHARGE = "payment_charge"
    REFUND_NOT_IN_LEDGER = "refund_not_in_ledger"
    REFUND_NOT_IN_REGISTRY = "refund_not_in_registry"
    REFUND_AMOUNT = "refund_amount"
    REGISTRY_CHARGE = "registry_charge"
    # the bank's day
    STATEMENT_MISSING = "statement_missing"
    STATEMENT_GAP = "statement_gap"
    BANK_BALANCE = "bank_balance"
    # at any time
    BANK_LINE_UNKNOWN = "bank_line_unknown"
    POSTING_WITHOUT_LINE = "posting_without_line"
    SETTLEMENT_AMOUNT = "settlement_amount"
    SETTLEMENT_LATE = "settlement_late"
    CHARGES_NOT_TRANSFERRED = "charges_not_transferred"
    BOOKS_UNBALANCED = "books_unbalanced"
    ACCOUNT_DRIFTED = "account_drifted"
    COVER_SHORT = "cover_short"
    SUSPENSE_OLD = "suspense_old"
    INTENT_UNKNOWN = "intent_unknown"
    PAYOUT_UNKNOWN = "payout_unknown"
    REFUND_UNKNOWN = "refund_unknown"
    DEAL_CLOSED_WITH_MONEY = "deal_closed_with_money"


class DifferenceState(StrEnum):
    OPEN = "open"
    EXPLAINED = "explained"
    CLOSED = "closed"


class Difference(Base):
    """Two sides that should agree and don't, from the first run that saw it to the first that sees it no more."""

    __tablename__ = "reconciliation_differences"
    __table_args__ = (
        Index(
            "uq_reconciliation_differences_standing",
            "kind",
            "subject",
            unique=True,
            postgresql_where=text("state <> 'closed'"),
        ),
        CheckConstraint(
            "state <> 'explained' OR (explained_by IS NOT NULL AND explanation IS NOT NULL)", name="explained"
        ),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed"),
        Index(None, "state", "first_seen_at"),
        Index(None, "day"),
    )

    id: Mapped[UUID] = id_column()
    kind: Mapped[DifferenceKind] = mapped_column(WordType(DifferenceKind))
    #: what differs: ids, names of accounts and terminals, a day; never personal
    subject: Mapped[str] = mapped_column(Text)
    terminal: Mapped[str | None] = mapped_column(Text)
    #: whose comparison finds it; None: any day's
    day: Mapped[date | None] = mapped_column(Date)
    expected_kopecks: Mapped[Money | None] = mapped_column(MoneyType)
    actual_kopecks: Mapped[Money | None] = mapped_column(MoneyType)
    state: Mapped[DifferenceState] = mapped_column(WordType(DifferenceState))
    first_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    explained_by: Mapped[UUID | None] = mapped_column(ForeignKey(User.id), index=True)
    explained_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    explanation: Mapped[Sealed | None] = mapped_column(SealedColumn)


class Finding(Base):
    """A difference as one run saw it."""

    __tablename__ = "reconciliation_findings"

    run_id: Mapped[UUID] = mapped_column(ForeignKey("reconciliation_runs.id"), primary_key=True)
    difference_id: Mapped[UUID] = mapped_column(
        ForeignKey("reconciliation_differences.id"), primary_key=True, index=True
    )
    expected_kopecks: Mapped[Money | None] = mapped_column(MoneyType)
    actual_kopecks: Mapped[Money | None] = mapped_column(MoneyType)
