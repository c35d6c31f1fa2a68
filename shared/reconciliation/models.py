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
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base
from shared.db.types import MoneyType, SealedColumn, UtcDateTime, WordType, id_column
from shared.kernel.money import Money
from shared.security.pii import Sealed
from shared.users.models import User


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
    #: what the ledger has of the day: payments less refunds and charges, without deals at the bank
    ledger_net_kopecks: Mapped[Money] = mapped_column(MoneyType)
    #: None: the registry wasn't read
    registry_net_kopecks: Mapped[Money | None] = mapped_column(MoneyType)
    #: settlements that the bank's lines of the day prove
    settled_kopecks: Mapped[Money] = mapped_column(MoneyType)
    #: on provider_clearing now, and what the registries say is not settled yet
    clearing_kopecks: Mapped[Money] = mapped_column(MoneyType)
    unsettled_kopecks: Mapped[Money] = mapped_column(MoneyType)


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
    # the bank's day
    STATEMENT_MISSING = "statement_missing"
    STATEMENT_GAP = "statement_gap"
    STATEMENT_LINES = "statement_lines"
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
