"""What the stand-in holds: its file, its clock, its keys, its switches."""

import json
import secrets
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from localstack.standins.common.clock import ShiftedClock
from localstack.standins.common.faults import FaultSwitches
from localstack.standins.common.store import Store

Document = dict[str, Any]

SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    created_at TEXT NOT NULL,
    due_at TEXT,
    document TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS objects_due ON objects (due_at) WHERE due_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS keys (
    account TEXT NOT NULL,
    key TEXT NOT NULL,
    body TEXT NOT NULL,
    created_at TEXT NOT NULL,
    status INTEGER NOT NULL,
    answer TEXT NOT NULL,
    PRIMARY KEY (account, key)
);
CREATE TABLE IF NOT EXISTS deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    origin TEXT NOT NULL,
    event TEXT NOT NULL,
    object_id TEXT NOT NULL,
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
    error TEXT
);
CREATE TABLE IF NOT EXISTS received (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    account TEXT,
    idempotence_key TEXT,
    body TEXT NOT NULL,
    status INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS switches (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Credentials:
    """Two accounts of one customer: payments answer to the shop, payouts to the gateway."""

    shop_id: str
    shop_key: str = field(repr=False)
    gateway_id: str
    gateway_key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Options:
    public_url: str  # where a payer's browser finds the checkout page
    webhook_url: str
    webhook_source: str  # address that messages come from
    retry_scale: float  # real gaps between deliveries are multiplied by it
    payout_delay: timedelta


class Bank:
    def __init__(self, store: Store, credentials: Credentials, options: Options) -> None:
        self.store = store
        self.credentials = credentials
        self.options = options
        self.clock = ShiftedClock()
        self.faults = FaultSwitches()
        self.wake = threading.Event()  # set when something became due

    def switch(self, name: str, default: str) -> str:
        rows = self.store.rows("SELECT value FROM switches WHERE name = ?", (name,))
        return str(rows[0]["value"]) if rows else default

    def set_switch(self, name: str, value: str) -> None:
        self.store.run("INSERT OR REPLACE INTO switches (name, value) VALUES (?, ?)", (name, value))

    def add(self, kind: str, document: Document, *, due_at: datetime | None) -> None:
        self.store.run(
            "INSERT INTO objects (id, kind, created_at, due_at, document) VALUES (?, ?, ?, ?, ?)",
            (document["id"], kind, document["created_at"], stamp(due_at) if due_at else None, dump(document)),
        )

    def find(self, kind: str, object_id: str) -> Document | None:
        rows = self.store.rows("SELECT document FROM objects WHERE kind = ? AND id = ?", (kind, object_id))
        return json.loads(rows[0]["document"]) if rows else None

    def change(self, document: Document, *, due_at: datetime | None = None) -> None:
        self.store.run(
            "UPDATE objects SET document = ?, due_at = ? WHERE id = ?",
            (dump(document), stamp(due_at) if due_at else None, document["id"]),
        )

    def due(self, kind: str) -> list[str]:
        """Ids whose moment has come."""
        rows = self.store.rows(
            "SELECT id FROM objects WHERE due_at IS NOT NULL AND due_at <= ? AND kind = ?",
            (stamp(self.clock.now()), kind),
        )
        return [row["id"] for row in rows]


def stamp(moment: datetime) -> str:
    """The bank's time format; as text it sorts like time."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def dump(document: Document) -> str:
    return json.dumps(document, ensure_ascii=False, sort_keys=True)


def new_object_id(moment: datetime) -> str:
    """The shape of the bank's ids: seconds first, so that ids made later sort later."""
    seconds = int(moment.timestamp()) & 0xFFFFFFFF
    return f"{seconds:08x}-000f-5000-8000-{secrets.token_hex(6)}"


def new_sbp_operation_id() -> str:
    """32 characters, as the SBP operator gives them."""
    return secrets.token_hex(16).upper()
