"""What the stand-in holds: its file, its clock, its terminals, its switches."""

import json
import secrets
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from localstack.standins.common.clock import ShiftedClock
from localstack.standins.common.faults import FaultSwitches
from localstack.standins.common.store import Store, Value

Document = dict[str, Any]

SCHEMA = """
CREATE TABLE IF NOT EXISTS payments (
    id INTEGER PRIMARY KEY,
    terminal_key TEXT NOT NULL,
    order_id TEXT NOT NULL,
    due_at TEXT,
    document TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS payments_order ON payments (terminal_key, order_id);
CREATE INDEX IF NOT EXISTS payments_due ON payments (due_at) WHERE due_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS refunds (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    payment_id INTEGER NOT NULL REFERENCES payments (id),
    external_id TEXT,
    amount INTEGER NOT NULL,
    state TEXT NOT NULL,
    asked_at TEXT NOT NULL,
    ended_at TEXT
);
CREATE TABLE IF NOT EXISTS fiscal_documents (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    payment_id INTEGER NOT NULL REFERENCES payments (id),
    origin TEXT NOT NULL,
    kind TEXT NOT NULL,
    amount INTEGER NOT NULL,
    state TEXT NOT NULL,
    receipt TEXT NOT NULL,
    made_at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS deals (
    id INTEGER PRIMARY KEY,
    terminal_key TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    opened_at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    origin TEXT NOT NULL,
    terminal_key TEXT NOT NULL,
    status TEXT NOT NULL,
    payment_id TEXT NOT NULL,
    url TEXT NOT NULL,
    body TEXT NOT NULL,
    source TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    due_ms INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (due_ms) WHERE state = 'waiting';
CREATE TABLE IF NOT EXISTS attempts (
    delivery_id INTEGER NOT NULL REFERENCES deliveries (id),
    at TEXT NOT NULL,
    status INTEGER,
    answer TEXT,
    error TEXT
);
CREATE TABLE IF NOT EXISTS received (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    path TEXT NOT NULL,
    body TEXT NOT NULL,
    status INTEGER NOT NULL,
    answer TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS switches (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""

#: what each switch may say; the first is what holds unless said
SWITCHES = {
    "webhooks": ("on", "off"),  # off: withheld for good, until replayed
    "order": ("straight", "reversed"),  # of AUTHORIZED and CONFIRMED
    "deadline_messages": ("off", "on"),
    "payment_ids": (
        "as_documented",
        "numbers",
        "strings",
    ),  # documented: text in answers, a number in messages
    "listed_codes": ("numbers", "strings"),  # within CheckOrder's list
    "order_ids": ("repeatable", "unique"),
    "refund_ids": ("known", "ignored"),  # the bank's papers differ on whether SBP heeds ExternalRequestId
    "refunds": ("at_once", "later", "fail"),
    # of what the cash register did; the bank's support switches the messages on, so they are not a matter of course
    "receipts": ("silent", "told", "refused", "unconnected"),
    "closings": ("in_parts", "whole"),  # the bank's papers don't say whether a part can be closed
}
FIRST_PAYMENT = 30_000_000_000
FIRST_DEAL = 756_000_000


@dataclass(frozen=True, slots=True)
class Terminal:
    """``name`` is the customer's own word for it and stands in the address of messages."""

    name: str
    key: str
    #: all are good for requests; the first signs messages
    passwords: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Options:
    public_url: str  # where a payer's browser finds the page
    webhook_url: str  # ``{terminal}`` in it becomes the terminal's name
    webhook_source: str  # address that messages come from


class Bank:
    def __init__(self, store: Store, terminals: Mapping[str, Terminal], options: Options) -> None:
        self.store = store
        self.terminals = terminals  # by key
        self.options = options
        self.clock = ShiftedClock()
        self.faults = FaultSwitches()
        self.wake = threading.Event()  # set when something became due

    def switch(self, name: str) -> str:
        rows = self.store.rows("SELECT value FROM switches WHERE name = ?", (name,))
        return str(rows[0]["value"]) if rows else SWITCHES[name][0]

    def set_switch(self, name: str, value: str) -> None:
        self.store.run("INSERT OR REPLACE INTO switches (name, value) VALUES (?, ?)", (name, value))

    def forget_switches(self) -> None:
        self.store.run("DELETE FROM switches")

    def added(self, sql: str, values: Sequence[Value]) -> int:
        """Insert one row; its number."""
        with self.store.transaction() as connection:
            return int(connection.execute(sql, values).lastrowid or 0)

    def add(self, document: Document, *, due_at: datetime) -> str:
        """Keep a new payment; gives it its number."""
        with self.store.transaction() as connection:
            newest = connection.execute("SELECT max(id) AS id FROM payments").fetchone()["id"]
            number = (newest or FIRST_PAYMENT) + 1 + secrets.randbelow(900)
            document["PaymentId"] = str(number)
            connection.execute(
                "INSERT INTO payments (id, terminal_key, order_id, due_at, document) VALUES (?, ?, ?, ?, ?)",
                (number, document["TerminalKey"], document["OrderId"], stamp(due_at), dump(document)),
            )
        return str(number)

    def find(self, payment_id: str) -> Document | None:
        if not (payment_id.isascii() and payment_id.isdecimal() and len(payment_id) <= 18):  # noqa: PLR2004 -- what SQLite's integers hold
            return None
        rows = self.store.rows("SELECT document FROM payments WHERE id = ?", (int(payment_id),))
        return json.loads(rows[0]["document"]) if rows else None

    def of_order(self, terminal_key: str, order_id: str) -> list[Document]:
        """All payments made for an order, oldest first."""
        rows = self.store.rows(
            "SELECT document FROM payments WHERE terminal_key = ? AND order_id = ? ORDER BY id",
            (terminal_key, order_id),
        )
        return [json.loads(row["document"]) for row in rows]

    def change(self, document: Document, *, due_at: datetime | None = None) -> None:
        self.store.run(
            "UPDATE payments SET document = ?, due_at = ? WHERE id = ?",
            (dump(document), stamp(due_at) if due_at else None, int(document["PaymentId"])),
        )

    def due(self) -> list[str]:
        """Payments whose time to be paid is over."""
        rows = self.store.rows(
            "SELECT id FROM payments WHERE due_at IS NOT NULL AND due_at <= ?", (stamp(self.clock.now()),)
        )
        return [str(row["id"]) for row in rows]

    def payments(self) -> list[Document]:
        """Newest first."""
        return [
            json.loads(row["document"])
            for row in self.store.rows("SELECT document FROM payments ORDER BY id DESC")
        ]


def stamp(moment: datetime) -> str:
    """As text it sorts like time."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def dump(document: Document) -> str:
    return json.dumps(document, ensure_ascii=False, sort_keys=True)
