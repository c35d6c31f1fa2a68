"""What the stand-in was asked to send, and the account that pays for it (sums in kopecks)."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from sqlite3 import Row

from localstack.standins.common.clock import ShiftedClock
from localstack.standins.common.store import Store
from localstack.standins.smsru.codes import DELIVERED, ON_ITS_WAY, QUEUED, REFUSED_WITH_ID

SCHEMA = """
CREATE TABLE IF NOT EXISTS messages (
    number INTEGER PRIMARY KEY AUTOINCREMENT, sms_id TEXT UNIQUE, phone TEXT NOT NULL, text TEXT NOT NULL,
    sender TEXT, user_ip TEXT, test INTEGER NOT NULL, code INTEGER NOT NULL, cost_kopecks INTEGER NOT NULL,
    sent_at TEXT NOT NULL, set_status INTEGER);
CREATE INDEX IF NOT EXISTS messages_by_phone ON messages (phone, number);
CREATE TABLE IF NOT EXISTS account (id INTEGER PRIMARY KEY CHECK (id = 1), balance_kopecks INTEGER NOT NULL);
INSERT OR IGNORE INTO account VALUES (1, 500000);
CREATE TABLE IF NOT EXISTS day_limit (id INTEGER PRIMARY KEY CHECK (id = 1), messages INTEGER NOT NULL);
INSERT OR IGNORE INTO day_limit VALUES (1, 5000);
CREATE TABLE IF NOT EXISTS callback_urls (url TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS told (sms_id TEXT PRIMARY KEY, status INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS batches (
    number INTEGER PRIMARY KEY AUTOINCREMENT, url TEXT NOT NULL, form TEXT NOT NULL, state TEXT NOT NULL,
    tries INTEGER NOT NULL, answer TEXT, due_ms INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS batches_due ON batches (state, due_ms);
"""

SEGMENT_PRICE_KOPECKS = 599
FIRST_NUMBER = 1_000_000
ON_ITS_WAY_AFTER = timedelta(seconds=2)
DELIVERED_AFTER = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Outgoing:
    phone: str
    text: str
    sender: str | None
    user_ip: str | None
    test: bool


def segments(text: str) -> int:
    """Latin: 160 characters, or 153 in each part; any other letter: 70, or 67."""
    whole, part = (160, 153) if text.isascii() else (70, 67)
    return 1 if len(text) <= whole else math.ceil(len(text) / part)


class Phonebook:
    def __init__(self, folder: Path, clock: ShiftedClock) -> None:
        self.store = Store(folder / "smsru.sqlite3", SCHEMA)
        self._clock = clock

    def balance_kopecks(self) -> int:
        return int(self.store.rows("SELECT balance_kopecks FROM account")[0][0])

    def set_balance(self, kopecks: int) -> None:
        self.store.run("UPDATE account SET balance_kopecks = ?", (kopecks,))

    def day_limit(self) -> int:
        return int(self.store.rows("SELECT messages FROM day_limit")[0][0])

    def set_day_limit(self, messages: int) -> None:
        self.store.run("UPDATE day_limit SET messages = ?", (messages,))

    def keep(self, message: Outgoing, code: int, cost_kopecks: int) -> str | None:
        """Remember the message and charge for it; the id that SMS.RU would give."""
        now = self._clock.now()
        has_id = code in {QUEUED, REFUSED_WITH_ID}
        with self.store.transaction() as connection:
            number = connection.execute(
                "INSERT INTO messages (phone, text, sender, user_ip, test, code, cost_kopecks, sent_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *(message.phone, message.text, message.sender, message.user_ip, int(message.test)),
                    *(code, cost_kopecks, now.isoformat()),
                ),
            ).lastrowid
            connection.execute("UPDATE account SET balance_kopecks = balance_kopecks - ?", (cost_kopecks,))
            if not has_id or number is None:
                return None
            year, week, _ = now.isocalendar()
            sms_id = f"{year}{week:02d}-{FIRST_NUMBER + number}"
            connection.execute("UPDATE messages SET sms_id = ? WHERE number = ?", (sms_id, number))
        return sms_id

    def said_within(self, phone: str, text: str, age: timedelta) -> bool:
        since = (self._clock.now() - age).isoformat()
        return bool(
            self.store.rows(
                "SELECT 1 FROM messages WHERE phone = ? AND text = ? AND code = ? AND test = 0 AND sent_at > ?",
                (phone, text, QUEUED, since),
            )
        )

    def used_today(self) -> int:
        day = self._clock.now().date().isoformat()
        sql = "SELECT count(*) FROM messages WHERE code = ? AND test = 0 AND substr(sent_at, 1, 10) = ?"
        return int(self.store.rows(sql, (QUEUED, day))[0][0])

    def status(self, sms_id: str) -> Row | None:
        found = self.store.rows("SELECT * FROM messages WHERE sms_id = ?", (sms_id,))
        return found[0] if found else None

    def status_code(self, row: Row) -> int:
        """The delivery walks on by itself: queued, on its way, delivered; a test message stays queued."""
        if row["set_status"] is not None:
            return int(row["set_status"])
        if row["code"] != QUEUED or row["test"]:
            return int(row["code"])
        age = self._clock.now() - datetime.fromisoformat(row["sent_at"])
        if age >= DELIVERED_AFTER:
            return DELIVERED
        return ON_ITS_WAY if age >= ON_ITS_WAY_AFTER else QUEUED

    def changed(self, limit: int = 200) -> list[Row]:
        """Messages whose status is another than the customer was last told."""
        rows = self.store.rows(
            "SELECT messages.*, told.status AS told FROM messages LEFT JOIN told USING (sms_id)"
            " WHERE sms_id IS NOT NULL AND code = ? AND test = 0 ORDER BY number DESC LIMIT ?",
            (QUEUED, limit),
        )
        return [row for row in reversed(rows) if row["told"] != self.status_code(row)]

    def set_status(self, sms_id: str, status: int) -> bool:
        return bool(self.store.run("UPDATE messages SET set_status = ? WHERE sms_id = ?", (status, sms_id)))

    def newest(self, phone: str | None, *, everything: bool, limit: int = 100) -> list[Mapping[str, object]]:
        """Messages that reach a phone, newest first; ``everything`` adds tests and refusals."""
        rows = self.store.rows(
            "SELECT * FROM messages WHERE (? IS NULL OR phone = ?) AND (? OR (code = 100 AND test = 0))"
            " ORDER BY number DESC LIMIT ?",
            (phone, phone, int(everything), limit),
        )
        return [
            {
                **{name: row[name] for name in ("sms_id", "phone", "text", "sender", "user_ip", "sent_at")},
                "test": bool(row["test"]),
                "code": row["code"],
                "status_code": self.status_code(row),
            }
            for row in rows
        ]
