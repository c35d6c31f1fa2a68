"""Every letter that arrived, one row for each recipient."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from sqlite3 import Row

from localstack.standins.common.store import Store

SCHEMA = """
CREATE TABLE IF NOT EXISTS letters (
    number INTEGER PRIMARY KEY AUTOINCREMENT, sender TEXT NOT NULL, recipient TEXT NOT NULL, raw BLOB NOT NULL,
    tls INTEGER NOT NULL, username TEXT, received_at TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS letters_by_recipient ON letters (recipient, number);
"""


@dataclass(frozen=True, slots=True)
class Arrival:
    sender: str
    recipients: tuple[str, ...]
    raw: bytes
    tls: bool
    username: str | None


class Mailbox:
    def __init__(self, folder: Path) -> None:
        self._store = Store(folder / "smtp.sqlite3", SCHEMA)

    def keep(self, arrival: Arrival) -> None:
        now = datetime.now(UTC).isoformat()
        with self._store.transaction() as connection:
            connection.executemany(
                "INSERT INTO letters (sender, recipient, raw, tls, username, received_at) VALUES (?, ?, ?, ?, ?, ?)",
                [
                    (arrival.sender, to.lower(), arrival.raw, int(arrival.tls), arrival.username, now)
                    for to in arrival.recipients
                ],
            )

    def newest(self, recipient: str | None, limit: int = 100) -> list[Mapping[str, object]]:
        """Letters, newest first; the case of an address doesn't matter here."""
        to = recipient.lower() if recipient else None
        sql = "SELECT * FROM letters WHERE ? IS NULL OR recipient = ? ORDER BY number DESC LIMIT ?"
        return [_readable(row) for row in self._store.rows(sql, (to, to, limit))]

    def raw(self, number: int) -> bytes | None:
        rows = self._store.rows("SELECT raw FROM letters WHERE number = ?", (number,))
        return bytes(rows[0]["raw"]) if rows else None


def _readable(row: Row) -> Mapping[str, object]:
    message = message_from_bytes(row["raw"], policy=default)
    return {
        "number": row["number"],
        "sender": row["sender"],
        "to": row["recipient"],
        "received_at": row["received_at"],
        "tls": bool(row["tls"]),
        "username": row["username"],
        "subject": str(message["Subject"] or ""),
        "message_id": str(message["Message-ID"] or ""),
        "headers": {name: str(value) for name, value in message.items()},
        "text": _part(message, "plain"),
        "html": _part(message, "html"),
    }


def _part(message: EmailMessage, kind: str) -> str | None:
    part = message.get_body((kind,))
    return None if part is None else str(part.get_content()).replace("\r\n", "\n")
