"""What the attacks on the ledger by raw SQL have in common."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import DBAPIError

from shared.db.session import transaction
from shared.kernel.identifiers import new_id
from shared.kernel.money import Money
from shared.ledger import accounts, flows, tables

NOON = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
TABLES = ("ledger_chart", "ledger_accounts", "ledger_balances", "ledger_transactions", "ledger_entries")
WRITES = {
    "ledger_chart": "INSERT INTO ledger_chart VALUES ('gift', 'credit', false, '{}')",
    "ledger_accounts": "INSERT INTO ledger_accounts (key) VALUES ('client_bank')",
    "ledger_balances": "INSERT INTO ledger_balances VALUES (gen_random_uuid(), 100)",
    "ledger_transactions": "INSERT INTO ledger_transactions (id) VALUES (gen_random_uuid())",
    "ledger_entries": "INSERT INTO ledger_entries VALUES (gen_random_uuid(), 1, gen_random_uuid(), 'debit', 1)",
}
CHANGES = {
    "ledger_chart": "UPDATE ledger_chart SET has_floor = false",
    "ledger_accounts": "UPDATE ledger_accounts SET has_floor = false",
    "ledger_balances": "UPDATE ledger_balances SET balance_kopecks = balance_kopecks + 1",
    "ledger_transactions": "UPDATE ledger_transactions SET occurred_at = now()",
    "ledger_entries": "UPDATE ledger_entries SET amount_kopecks = amount_kopecks + 1",
}
REMOVALS = {
    table: ("DELETE FROM " + table, f"TRUNCATE {table} CASCADE")  # noqa: S608 -- our own table names
    for table in TABLES
}
Connect = Callable[[str], Connection]


class Books:
    """One payment of 1 000.00 has been received and committed."""

    def __init__(self) -> None:
        self.deal_id, self.payment_id = new_id(), new_id()
        self.hold, self.clearing = accounts.deal_hold(self.deal_id, 1), accounts.provider_clearing("yookassa")
        with transaction() as session:
            flows.payment_received(
                session, provider="yookassa", payment_id=self.payment_id, deal_id=self.deal_id, step_no=1,
                gross=Money(1_000_00), terms_sha256=b"\x11" * 32, occurred_at=NOON,
            )  # fmt: skip
            self.transaction_id: UUID = session.scalars(
                select(tables.transactions.c.id).where(tables.transactions.c.payment_id == self.payment_id)
            ).one()


def attempt(connection: Connection, statement: str, values: dict[str, object]) -> None:
    connection.execute(text(statement), values)
    connection.commit()


def refused(connection: Connection, statement: str, **values: object) -> tuple[str, str]:
    """Run it, and commit; returns SQLSTATE and constraint of the refusal. Fails the test if it passes."""
    with pytest.raises(DBAPIError) as caught:
        attempt(connection, statement, values)
    connection.rollback()
    assert caught.value.orig is not None
    fields = caught.value.orig.args[0]
    return fields["C"], fields.get("n", "")


def insert_transaction(connection: Connection, *, kind: str = "payment_received", **fields: object) -> UUID:
    """A transaction's row by hand, with the hash that its lines would have if ``lines`` are given."""
    new = new_id()
    lines = json.dumps(fields.pop("lines", []))
    connection.execute(
        text(
            "INSERT INTO ledger_transactions (id, kind, idempotency_key, content_hash, occurred_at, reverses_id)"
            " VALUES (:id, :kind, :key, ledger_content_hash(:kind, NULL, NULL, NULL, NULL, NULL, NULL, :reverses,"
            " CAST(:lines AS JSONB)), now(), :reverses)"
        ),
        {
            "id": new,
            "kind": kind,
            "key": f"by-hand:{new}",
            "lines": lines,
            "reverses": fields.get("reverses"),
        },
    )
    return new


ENTRY = (
    "INSERT INTO ledger_entries SELECT :transaction_id, l.line_no, a.id, l.side, l.kopecks"
    " FROM jsonb_to_recordset(CAST(:lines AS JSONB)) AS l (line_no smallint, account text, side text, kopecks bigint)"
    " LEFT JOIN ledger_accounts a ON a.key = l.account"
)


def pair(books: Books, debit: int, credit: int, first_line: int = 1) -> str:
    return json.dumps(
        [
            {"line_no": first_line, "account": books.clearing.key, "side": "debit", "kopecks": debit},
            {"line_no": first_line + 1, "account": books.hold.key, "side": "credit", "kopecks": credit},
        ]
    )


def hashed(books: Books, kopecks: int, *, mirrored: bool = False) -> list[list[str | int]]:
    """The two lines as the content hash takes them."""
    sides = ("debit", "credit") if mirrored else ("credit", "debit")
    return [[books.hold.key, sides[0], kopecks], [books.clearing.key, sides[1], kopecks]]


def posting(books: Books, debit: int, credit: int) -> str:
    lines = json.loads(pair(books, debit, credit))
    new = str(new_id())
    return json.dumps(
        {"id": new, "kind": "payment_received", "key": new, "occurred_at": NOON.isoformat(), "lines": lines}
    )
