"""The ledger's tables as the code reads them. They are written by the SQL function ``ledger_post`` only, and their
rules are in ``infra/migrations/sql/0001_ledger.sql``.
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
from sqlalchemy.dialects.postgresql import ARRAY

from shared.db.base import Base
from shared.db.types import MoneyType, UtcDateTime

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
)

transactions = Table(
    "ledger_transactions",
    Base.metadata,
    Column("id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("idempotency_key", Text, nullable=False),
    Column("content_hash", LargeBinary, nullable=False),
    Column("occurred_at", UtcDateTime, nullable=False, index=True),
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("xid", BigInteger, nullable=False),
    Column("payment_id", Uuid),
    Column("split_id", Uuid),
    Column("payout_id", Uuid),
    Column("refund_id", Uuid),
    Column("terms_sha256", LargeBinary),
    Column("reverses_id", Uuid, ForeignKey("ledger_transactions.id")),
    UniqueConstraint("idempotency_key"),
    UniqueConstraint("reverses_id"),
    *(
        Index(f"ix_ledger_transactions_{name}", name, postgresql_where=text(f"{name} IS NOT NULL"))
        for name in ("payment_id", "split_id", "payout_id", "refund_id")
    ),
)

entries = Table(
    "ledger_entries",
    Base.metadata,
    Column("transaction_id", Uuid, ForeignKey("ledger_transactions.id"), primary_key=True),
    Column("line_no", SmallInteger, primary_key=True),
    Column("account_id", Uuid, ForeignKey("ledger_accounts.id"), nullable=False, index=True),
    Column("side", Text, nullable=False),
    Column("amount_kopecks", MoneyType, nullable=False),
)
