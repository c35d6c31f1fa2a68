"""Webhooks: kept with what changed, sent from an address of the bank's, repeated until HTTP 200.

The real gaps are not published beyond "for up to 24 hours"; these grow and end within a day.
"""

import http.client
import json
import time
from typing import Any
from urllib.parse import urlsplit

from localstack.standins.yookassa.bank import Bank, Document, dump, stamp

GAPS_SECONDS = (60, 300, 900, 3600, 3 * 3600, 6 * 3600, 12 * 3600)
ANSWER_WITHIN_SECONDS = 10
ACCEPTED = 200


def announce(bank: Bank, event: str, document: Document) -> None:
    """Tell the customer what changed; part of the same transaction as the change.

    With webhooks switched off the message is kept as ``withheld`` and can be replayed.
    """
    state = "waiting" if bank.switch("webhooks", "on") == "on" else "withheld"
    body = dump({"type": "notification", "event": event, "object": document})
    _add(bank, "bank", event, str(document["id"]), body, bank.options.webhook_source, state)


def forge(bank: Bank, event: str, document: Document, source: str) -> int:
    """Send what is not so, once and without repeats."""
    body = dump({"type": "notification", "event": event, "object": document})
    return _add(bank, "forged", event, str(document["id"]), body, source, "waiting")


def replay(bank: Bank, delivery_id: int, times: int) -> list[int]:
    """Send an old message again, ``times`` times at once; an empty list if there is none."""
    rows = bank.store.rows("SELECT * FROM deliveries WHERE id = ?", (delivery_id,))
    return [
        _add(bank, "replayed", row["event"], row["object_id"], row["body"], row["source"], "waiting")
        for row in rows
        for _ in range(times)
    ]


def _add(bank: Bank, origin: str, event: str, object_id: str, body: str, source: str, state: str) -> int:
    with bank.store.transaction() as connection:
        added = connection.execute(
            "INSERT INTO deliveries (origin, event, object_id, body, source, state, due_ms)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (origin, event, object_id, body, source, state, _now_ms()),
        ).lastrowid
    bank.wake.set()
    return int(added or 0)


def take_due(bank: Bank) -> list[int]:
    """Claim the messages whose moment has come."""
    with bank.store.transaction():
        rows = bank.store.rows(
            "SELECT id FROM deliveries WHERE state = 'waiting' AND due_ms <= ? ORDER BY due_ms, id",
            (_now_ms(),),
        )
        for row in rows:
            bank.store.run("UPDATE deliveries SET state = 'sending' WHERE id = ?", (row["id"],))
    return [row["id"] for row in rows]


def release_claims(bank: Bank) -> None:
    """After a restart: what was being sent is sent again."""
    bank.store.run("UPDATE deliveries SET state = 'waiting' WHERE state = 'sending'")


def send(bank: Bank, delivery_id: int) -> None:
    """Try once and keep the result."""
    row = bank.store.rows("SELECT * FROM deliveries WHERE id = ?", (delivery_id,))[0]
    status: int | None = None
    error: str | None = None
    try:
        status = _post(bank.options.webhook_url, str(row["body"]).encode(), str(row["source"]))
    except (OSError, http.client.HTTPException) as failure:
        error = type(failure).__name__
    tries = row["attempts"] + 1
    if status == ACCEPTED:
        state, due = "delivered", row["due_ms"]
    elif row["origin"] != "bank" or tries > len(GAPS_SECONDS):
        state, due = "given_up", row["due_ms"]
    else:
        state, due = "waiting", _now_ms() + int(GAPS_SECONDS[tries - 1] * 1000 * bank.options.retry_scale)
    with bank.store.transaction():
        bank.store.run(
            "INSERT INTO attempts (delivery_id, at, status, error) VALUES (?, ?, ?, ?)",
            (delivery_id, stamp(bank.clock.now()), status, error),
        )
        bank.store.run(
            "UPDATE deliveries SET state = ?, attempts = ?, due_ms = ? WHERE id = ?",
            (state, tries, due, delivery_id),
        )


def listing(bank: Bank) -> list[dict[str, Any]]:
    """Every message, newest first, with each try's HTTP status or error."""
    tries: dict[int, list[dict[str, Any]]] = {}
    for row in bank.store.rows("SELECT * FROM attempts ORDER BY rowid"):
        tries.setdefault(row["delivery_id"], []).append(
            {"at": row["at"], "status": row["status"], "error": row["error"]}
        )
    return [
        {
            "id": row["id"],
            "origin": row["origin"],
            "event": row["event"],
            "object_id": row["object_id"],
            "source": row["source"],
            "state": row["state"],
            "attempts": tries.get(row["id"], []),
            "body": json.loads(row["body"]),
        }
        for row in bank.store.rows("SELECT * FROM deliveries ORDER BY id DESC")
    ]


def _post(url: str, body: bytes, source: str) -> int:
    parts = urlsplit(url)
    maker = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = maker(
        parts.hostname or "", parts.port, timeout=ANSWER_WITHIN_SECONDS, source_address=(source, 0)
    )
    try:
        path = parts.path or "/"
        connection.request("POST", path, body, {"Content-Type": "application/json; charset=UTF-8"})
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
