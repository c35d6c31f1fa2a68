"""The ledger's tables as the code reads them. They are written by the SQL function ``ledger_post`` and its
kin only, and their rules are in ``infra/migrations/sql/0001_ledger.sql`` and ``0004_ledger.sql``.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, DOMAIN
from sqlalchemy.sql.operators import OperatorClass

from shared.db.base import Base
from shared.db.types import MoneyType, UtcDateTime


class Domain(DOMAIN):
    """A domain that is compared and counted as what it is made of; SQLAlchemy's own warns at each operator."""

    @property
    def operator_classes(self) -> OperatorClass:  # type: ignore[override]  # a class's attribute there
        return self.data_type.operator_classes


class Amount(MoneyType):
    """``Money`` of an entry: kopecks, more than none."""

    impl = Domain("ledger_amount", BigInteger)  # type: ignore[assignment]  # a domain over what MoneyType is
    cache_ok = True


chart = Table(
    "ledger_chart",
    Base.metadata,
    Column("kind", Text, primary_key=True),
    Column("normal_side", Text, nullable=False),
    Column("has_floor", Boolean, nullable=False),
    Column("shape", ARRAY(Text), nullable=False),
)

accounts = Table(
    "ledger_accounts",
    Base.metadata,
    Column("id", Uuid, primary_key=True),
    Column("key", Text, nullable=False),
    Column("kind", Text, ForeignKey("ledger_chart.kind"), nullable=False, index=True),
    Column("normal_side", Text, nullable=False),
    Column("has_floor", Boolean, nullable=False),
    Column("provider", Text),
    Column("bank_deal", Text),
    Column("deal_id", Uuid),
    Column("step_no", SmallInteger),
    Column("owner_id", Uuid),
    Column("split_id", Uuid),
    Column("subject_id", Uuid),
    UniqueConstraint("key"),
    *(
        Index(f"ix_ledger_accounts_{name}", name, postgresql_where=text(f"{name} IS NOT NULL"))
        for name in ("deal_id", "owner_id", "split_id", "subject_id")
    ),
)

balances = Table(
    "ledger_balances",
    Base.metadata,
    Column("account_id", Uuid, ForeignKey("ledger_accounts.id"), primary_key=True),
    Column("balance_kopecks", BigInteger, nullable=False),
    #: set aside by holds, part of the balance
    Column("held_kopecks", Domain("ledger_held", BigInteger), nullable=False, server_default="0"),
)

transactions = Table(
    "ledger_transactions",
    Base.metadata,
    Column("id", Uuid, primary_key=True),
    Column("kind", Domain("ledger_kind", Text), nullable=False),
    Column("idempotency_key", Domain("ledger_transaction_key", Text), nullable=False),
    Column("content_hash", Domain("ledger_content_hash", LargeBinary), nullable=False),
    Column("occurred_at", UtcDateTime, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("xid", BigInteger, nullable=False),
    Column("payment_id", Uuid),
    Column("split_id", Uuid),
    Column("payout_id", Uuid),
    Column("refund_id", Uuid),
    Column("document_id", Uuid),
    Column("terms_sha256", Domain("ledger_terms_sha256", LargeBinary)),
    Column("reverses_id", Uuid, ForeignKey("ledger_transactions.id")),
    UniqueConstraint("idempotency_key"),
    Index(
        "uq_ledger_transactions_reverses_id",
        "reverses_id",
        unique=True,
        postgresql_where=text("reverses_id IS NOT NULL"),
    ),
    *(
        Index(f"ix_ledger_transactions_{name}", name, postgresql_where=text(f"{name} IS NOT NULL"))
        for name in ("payment_id", "split_id", "payout_id", "refund_id")
    ),
)

# A trigger on the statement looks after what the entries name, in place of foreign keys.
entries = Table(
    "ledger_entries",
    Base.metadata,
    Column("transaction_id", Uuid, primary_key=True),
    Column("line_no", Domain("ledger_line_no", SmallInteger), primary_key=True),
    Column("account_id", Uuid, nullable=False),
    Column("side", Domain("ledger_side", Text), nullable=False),
    Column("amount_kopecks", Amount, nullable=False),
    Column("occurred_at", UtcDateTime, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Index("ix_ledger_entries_account_id", "account_id", "occurred_at"),
    Index("ix_ledger_entries_account_id_recorded_at", "account_id", "recorded_at"),
    Index(
        "ix_ledger_entries_recorded_at",
        "recorded_at",
        postgresql_using="brin",
        postgresql_with={"pages_per_range": 16},
    ),
)

holds = Table(
    "ledger_holds",
    Base.metadata,
    Column("id", Uuid, primary_key=True),
    Column("key", Text, nullable=False),
    Column("account_id", Uuid, ForeignKey("ledger_accounts.id"), nullable=False, index=True),
    Column("amount_kopecks", MoneyType, nullable=False),
    Column("remaining_kopecks", MoneyType, nullable=False),
    Column("status", Text, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("reserved_at", UtcDateTime, nullable=False),
    Column("payment_id", Uuid),
    Column("split_id", Uuid),
    Column("payout_id", Uuid),
    Column("refund_id", Uuid),
    UniqueConstraint("key"),
    Index("ix_ledger_holds_expires_at", "expires_at", postgresql_where=text("status = 'open'")),
)

hold_postings = Table(
    "ledger_hold_postings",
    Base.metadata,
    Column("transaction_id", Uuid, ForeignKey("ledger_transactions.id"), primary_key=True),
    Column("hold_id", Uuid, ForeignKey("ledger_holds.id"), nullable=False, index=True),
    Column("amount_kopecks", MoneyType, nullable=False),
)

snapshots = Table(
    "ledger_snapshots",
    Base.metadata,
    Column("account_id", Uuid, ForeignKey("ledger_accounts.id"), primary_key=True),
    Column("axis", Text, primary_key=True),
    Column("moment", UtcDateTime, primary_key=True),
    Column("net_kopecks", MoneyType, nullable=False),
)

kind_totals = Table(
    "ledger_kind_totals",
    Base.metadata,
    Column("kind", Text, ForeignKey("ledger_chart.kind"), primary_key=True),
    Column("debit_kopecks", MoneyType, nullable=False),
    Column("credit_kopecks", MoneyType, nullable=False),
)

rollup = Table(
    "ledger_rollup",
    Base.metadata,
    Column("only_row", Boolean, primary_key=True, server_default=text("true")),
    Column("rolled_until", UtcDateTime, nullable=False),
    Column("candidate_at", UtcDateTime, nullable=False),
    Column("candidate_xid", BigInteger, nullable=False),
)
