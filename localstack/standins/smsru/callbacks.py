"""Callbacks: what became of messages, in signed batches, repeated until the customer answers ``100``."""

import hashlib
import http.client
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from sqlite3 import Row
from urllib.parse import urlencode, urlsplit

from localstack.standins.common.clock import ShiftedClock
from localstack.standins.smsru.phonebook import Phonebook

RECORDS_LIMIT = 100
GAP_SECONDS = 60
TRIES_LIMIT = 5 * 24 * 60  # five days of them
ANSWER_WITHIN_SECONDS = 10
TAKEN = "200 100"


@dataclass(frozen=True, slots=True)
class Callbacks:
    """``retry_scale``: the real gap between repeats, times this."""

    api_id: str
    phonebook: Phonebook
    clock: ShiftedClock
    retry_scale: float

    def urls(self) -> list[str]:
        return [
            row["url"] for row in self.phonebook.store.rows("SELECT url FROM callback_urls ORDER BY rowid")
        ]

    def add(self, url: str) -> bool:
        """False for what is no address."""
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            return False
        self.phonebook.store.run("INSERT OR IGNORE INTO callback_urls VALUES (?)", (url,))
        return True

    def remove(self, url: str) -> bool:
        return bool(self.phonebook.store.run("DELETE FROM callback_urls WHERE url = ?", (url,)))

    def tell_changes(self) -> None:
        """Put what changed since the last look into batches, each with a heartbeat before it."""
        with self.phonebook.store.transaction():
            records = [self._told(row) for row in self.phonebook.changed()]
            for start in range(0, len(records), RECORDS_LIMIT - 1):
                self.enqueue([f"test\n{self._unix()}", *records[start : start + RECORDS_LIMIT - 1]])

    def _told(self, row: Row) -> str:
        status = self.phonebook.status_code(row)
        self.phonebook.store.run(
            "INSERT INTO told VALUES (?, ?) ON CONFLICT (sms_id) DO UPDATE SET status = excluded.status",
            (row["sms_id"], status),
        )
        return f"sms_status\n{row['sms_id']}\n{status}\n{self._unix()}"

    def _unix(self) -> int:
        return int(self.clock.now().timestamp())

    def enqueue(self, records: Sequence[str], *, wrong_hash: bool = False) -> None:
        """One batch for each address; keys in the order of the alphabet, as a sender may put them."""
        key = "another key" if wrong_hash else self.api_id
        said = hashlib.sha256((key + "".join(records)).encode()).hexdigest()
        fields = dict(sorted((f"data[{number}]", record) for number, record in enumerate(records)))
        form = urlencode({**fields, "hash": said})
        for url in self.urls():
            self._add(url, form)

    def replay(self, number: int, times: int) -> bool:
        rows = self.phonebook.store.rows("SELECT url, form FROM batches WHERE number = ?", (number,))
        for row in rows * times:
            self._add(row["url"], row["form"])
        return bool(rows)

    def _add(self, url: str, form: str) -> None:
        self.phonebook.store.run(
            "INSERT INTO batches (url, form, state, tries, due_ms) VALUES (?, ?, 'waiting', 0, ?)",
            (url, form, _now_ms()),
        )

    def send_due(self) -> None:
        """Send each batch whose moment has come, once."""
        due = "SELECT * FROM batches WHERE state = 'waiting' AND due_ms <= ? ORDER BY due_ms, number"
        for row in self.phonebook.store.rows(due, (_now_ms(),)):
            answer = _post(row["url"], row["form"].encode())
            tries = row["tries"] + 1
            state = "taken" if answer == TAKEN else "given_up" if tries >= TRIES_LIMIT else "waiting"
            self.phonebook.store.run(
                "UPDATE batches SET state = ?, tries = ?, answer = ?, due_ms = ? WHERE number = ?",
                (state, tries, answer, _now_ms() + int(GAP_SECONDS * 1000 * self.retry_scale), row["number"]),
            )

    def newest(self, limit: int = 100) -> list[Mapping[str, object]]:
        rows = self.phonebook.store.rows("SELECT * FROM batches ORDER BY number DESC LIMIT ?", (limit,))
        return [
            {name: row[name] for name in ("number", "url", "form", "state", "tries", "answer")}
            for row in rows
        ]


def _post(url: str, form: bytes) -> str:
    """The answer's status and the start of its text, or what went wrong."""
    parts = urlsplit(url)
    maker = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = maker(parts.hostname or "", parts.port, timeout=ANSWER_WITHIN_SECONDS)
    try:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", parts.path or "/", form, headers)
        answer = connection.getresponse()
        return f"{answer.status} {answer.read(200).decode(errors='replace')}"
    except (OSError, http.client.HTTPException) as failure:
        return type(failure).__name__
    finally:
        connection.close()


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
