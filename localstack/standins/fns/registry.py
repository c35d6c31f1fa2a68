"""The service's memory: taxpayers, bindings, receipts, messages and tokens in one SQLite file."""

import json
import secrets
import string
import uuid
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta, timezone
from pathlib import Path
from sqlite3 import Row

from localstack.standins.common.clock import ShiftedClock
from localstack.standins.common.store import Store
from localstack.standins.fns.rules import IncomeRequest

SCHEMA = """
CREATE TABLE IF NOT EXISTS taxpayers (
    inn TEXT PRIMARY KEY, name TEXT NOT NULL, registered INTEGER NOT NULL, bound INTEGER NOT NULL,
    permissions TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS bindings (
    id TEXT PRIMARY KEY, inn TEXT NOT NULL, permissions TEXT NOT NULL, result TEXT NOT NULL, asked_at TEXT NOT NULL,
    processed_at TEXT);
CREATE TABLE IF NOT EXISTS receipts (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, inn TEXT NOT NULL, operation_id TEXT UNIQUE,
    tax_year INTEGER NOT NULL, total_kopecks INTEGER NOT NULL, income_type TEXT NOT NULL, customer_inn TEXT,
    customer_name TEXT, services TEXT NOT NULL, operation_time TEXT NOT NULL, request_time TEXT NOT NULL,
    link TEXT NOT NULL, registered_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS messages (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, operation TEXT NOT NULL, request BLOB NOT NULL,
    answer BLOB, processing_left INTEGER NOT NULL, lost INTEGER NOT NULL DEFAULT 0, received_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS tokens (token TEXT PRIMARY KEY, expires_at TEXT NOT NULL);
"""

MOSCOW = timezone(timedelta(hours=3))
RECEIPT_LETTERS = string.ascii_lowercase + string.digits


class Registry:
    def __init__(self, folder: Path, clock: ShiftedClock, public_url: str) -> None:
        self.store = Store(folder / "fns.sqlite3", SCHEMA)
        self._clock = clock
        self._public_url = public_url

    def _now(self) -> str:
        return self._clock.now().isoformat()

    def add_token(self, lifetime_seconds: int) -> tuple[str, datetime]:
        token, expires = secrets.token_urlsafe(24), self._clock.now() + timedelta(seconds=lifetime_seconds)
        self.store.run("INSERT INTO tokens VALUES (?, ?)", (token, expires.isoformat()))
        return token, expires

    def has_token(self, token: str) -> bool:
        sql = "SELECT 1 FROM tokens WHERE token = ? AND expires_at > ?"
        return bool(self.store.rows(sql, (token, self._now())))

    def revoke_tokens(self) -> int:
        return self.store.run("DELETE FROM tokens")

    def add_taxpayer(self, inn: str, name: str, permissions: Sequence[str] | None) -> None:
        """Register a payer of НПД; with permissions he is bound to the platform already."""
        granted = json.dumps(permissions or [])
        self.store.run(
            "INSERT OR REPLACE INTO taxpayers VALUES (?, ?, 1, ?, ?)",
            (inn, name, int(permissions is not None), granted),
        )

    def taxpayer(self, inn: str) -> Row | None:
        return _first(self.store.rows("SELECT * FROM taxpayers WHERE inn = ?", (inn,)))

    def unregister(self, inn: str) -> bool:
        return bool(self.store.run("UPDATE taxpayers SET registered = 0 WHERE inn = ?", (inn,)))

    def unbind(self, inn: str) -> bool:
        return bool(
            self.store.run("UPDATE taxpayers SET bound = 0, permissions = '[]' WHERE inn = ?", (inn,))
        )

    def add_binding(self, inn: str, permissions: Sequence[str]) -> str:
        binding_id = str(uuid.uuid4())
        self.store.run(
            "INSERT INTO bindings VALUES (?, ?, ?, 'IN_PROGRESS', ?, NULL)",
            (binding_id, inn, json.dumps(permissions), self._now()),
        )
        return binding_id

    def binding(self, binding_id: str) -> Row | None:
        return _first(self.store.rows("SELECT * FROM bindings WHERE id = ?", (binding_id,)))

    def settle_binding(self, binding_id: str, *, agreed: bool) -> bool:
        """The taxpayer's word; False when there is nothing to answer."""
        with self.store.transaction() as connection:
            binding = self.binding(binding_id)
            if binding is None or binding["result"] != "IN_PROGRESS":
                return False
            connection.execute(
                "UPDATE bindings SET result = ?, processed_at = ? WHERE id = ?",
                ("COMPLETED" if agreed else "FAILED", self._now(), binding_id),
            )
            if agreed:
                connection.execute(
                    "UPDATE taxpayers SET bound = 1, permissions = ? WHERE inn = ?",
                    (binding["permissions"], binding["inn"]),
                )
        return True

    def receipt_of(self, operation_id: str | None) -> Row | None:
        return _first(self.store.rows("SELECT * FROM receipts WHERE operation_id = ?", (operation_id,)))

    def receipt(self, inn: str, receipt_id: str) -> Row | None:
        return _first(self.store.rows("SELECT * FROM receipts WHERE inn = ? AND id = ?", (inn, receipt_id)))

    def year_total_kopecks(self, inn: str, year: int) -> int:
        sql = "SELECT coalesce(sum(total_kopecks), 0) FROM receipts WHERE inn = ? AND tax_year = ?"
        return int(self.store.rows(sql, (inn, year))[0][0])

    def add_receipt(self, income: IncomeRequest) -> Row:
        receipt_id = "20" + "".join(secrets.choice(RECEIPT_LETTERS) for _ in range(8))
        self.store.run(
            "INSERT INTO receipts (id, inn, operation_id, tax_year, total_kopecks, income_type, customer_inn,"
            " customer_name, services, operation_time, request_time, link, registered_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(receipt_id, income.inn, income.operation_id, tax_year(income), income.total_kopecks),
                *(income.income_type, income.customer_inn, income.customer_name),
                json.dumps([asdict(line) for line in income.services], ensure_ascii=False),
                *(income.operation_time.isoformat(), income.request_time.isoformat()),
                f"{self._public_url}/receipt/{income.inn}/{receipt_id}/print",
                self._now(),
            ),
        )
        return self.store.rows("SELECT * FROM receipts WHERE id = ?", (receipt_id,))[0]

    def add_message(self, operation: str, request: bytes, answer: bytes | None, processing: int) -> str:
        """``answer`` absent: the message ends as FAILED; ``processing``: how many polls find it unready."""
        message_id = str(uuid.uuid4())
        self.store.run(
            "INSERT INTO messages (id, operation, request, answer, processing_left, received_at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (message_id, operation, request, answer, processing, self._now()),
        )
        return message_id

    def poll(self, message_id: str) -> Row | None:
        """The message as this poll finds it; one poll less until it's ready."""
        with self.store.transaction() as connection:
            found = self.store.rows("SELECT * FROM messages WHERE id = ? AND lost = 0", (message_id,))
            connection.execute(
                "UPDATE messages SET processing_left = max(0, processing_left - 1) WHERE id = ?",
                (message_id,),
            )
        return _first(found)

    def lose_messages(self, message_id: str | None) -> int:
        """Forget one message, or all."""
        sql = "UPDATE messages SET lost = 1 WHERE lost = 0 AND (? IS NULL OR id = ?)"
        return self.store.run(sql, (message_id, message_id))


def tax_year(income: IncomeRequest) -> int:
    return income.operation_time.astimezone(MOSCOW).year


def _first(rows: list[Row]) -> Row | None:
    return rows[0] if rows else None
