"""Messages: signed, sent from an address of the bank's, again each hour for a day until HTTP 200 and ``OK``."""

import http.client
import json
from urllib.parse import urlsplit

from localstack.standins.tbank.bank import Bank, Document, dump, stamp
from localstack.standins.tbank.token import token_of

GAP_MS = 3600 * 1000
MOST_ATTEMPTS = 25  # at once, then for 24 hours
ANSWER_WITHIN_SECONDS = 10
ACCEPTED = (200, b"OK")
#: between AUTHORIZED and CONFIRMED, so that their order is the one that was asked for
APART_MS = 120


def announce(
    bank: Bank,
    payment: Document,
    status: str,
    *,
    amount: int | None = None,
    error: str = "0",
    after_ms: int = 0,
) -> None:
    """Tell the shop what changed; part of the same transaction as the change.

    With messages switched off it is kept as ``withheld`` and can be replayed.
    """
    body = signed(bank, message(bank, payment, status, amount=amount, error=error))
    deliver(bank, payment, body, after_ms=after_ms)


def deliver(bank: Bank, payment: Document, body: Document, *, after_ms: int = 0) -> None:
    """Send a signed message to where the payment's shop wants them."""
    state = "waiting" if bank.switch("webhooks") == "on" else "withheld"
    add(bank, "bank", body, bank.options.webhook_source, state=state, after_ms=after_ms, url=payment["NotificationURL"])  # fmt: skip


def message(
    bank: Bank, payment: Document, status: str, *, amount: int | None = None, error: str = "0"
) -> Document:
    as_text = bank.switch("payment_ids") == "strings"
    told: Document = {
        "TerminalKey": payment["TerminalKey"],
        "OrderId": payment["OrderId"],
        "Success": error == "0",
        "Status": status,
        "PaymentId": payment["PaymentId"] if as_text else int(payment["PaymentId"]),
        "ErrorCode": error,
        "Amount": payment["Amount"] if amount is None else amount,
    }
    if payment["deal"]:
        told["SpAccumulationId"] = payment["deal"] if as_text else int(payment["deal"])
    if payment["data"]:
        told["DATA"] = payment["data"]
    return told


def signed(bank: Bank, told: Document) -> Document:
    password = bank.terminals[told["TerminalKey"]].passwords[0]
    return {**told, "Token": token_of(told, password)}


def add(
    bank: Bank,
    origin: str,
    body: Document,
    source: str,
    *,
    state: str = "waiting",
    after_ms: int = 0,
    url: str | None = None,
) -> int:
    terminal = bank.terminals[body["TerminalKey"]]
    added = bank.added(
        "INSERT INTO deliveries (origin, terminal_key, status, payment_id, url, body, source, state, due_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            origin,
            terminal.key,
            body["Status"],
            str(body["PaymentId"]),
            url or bank.options.webhook_url.replace("{terminal}", terminal.name),
            dump(body),
            source,
            state,
            _now_ms(bank) + after_ms,
        ),
    )
    bank.wake.set()
    return added


def replay(bank: Bank, delivery_id: int, times: int) -> list[int]:
    """Send an old message again, ``times`` times at once; an empty list if there is none."""
    return [
        add(bank, "replayed", json.loads(row["body"]), row["source"], url=row["url"])
        for row in bank.store.rows("SELECT * FROM deliveries WHERE id = ?", (delivery_id,))
        for _ in range(times)
    ]


def resend(bank: Bank, terminal_key: str, _body: Document) -> Document:
    """Everything that was given up is sent again."""
    revived = bank.store.run(
        "UPDATE deliveries SET state = 'waiting', attempts = 0, due_ms = ?"
        " WHERE terminal_key = ? AND state = 'archived'",
        (_now_ms(bank), terminal_key),
    )
    bank.wake.set()
    return {"TerminalKey": terminal_key, "Success": True, "ErrorCode": "0", "Count": revived, "Message": "OK"}


def take_due(bank: Bank) -> list[int]:
    """Claim the messages whose moment has come."""
    with bank.store.transaction():
        rows = bank.store.rows(
            "SELECT id FROM deliveries WHERE state = 'waiting' AND due_ms <= ? ORDER BY due_ms, id",
            (_now_ms(bank),),
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
    answer = b""
    error: str | None = None
    try:
        status, answer = _post(row["url"], str(row["body"]).encode(), row["source"])
    except (OSError, http.client.HTTPException) as failure:
        error = type(failure).__name__
    tries, due = row["attempts"] + 1, row["due_ms"]
    if (status, answer) == ACCEPTED:
        state = "delivered"
    elif row["origin"] != "bank" or tries >= MOST_ATTEMPTS:
        state = "archived"
    else:
        state, due = "waiting", _now_ms(bank) + GAP_MS
    with bank.store.transaction():
        bank.store.run(
            "INSERT INTO attempts (delivery_id, at, status, answer, error) VALUES (?, ?, ?, ?, ?)",
            (delivery_id, stamp(bank.clock.now()), status, answer[:100].decode(errors="replace"), error),
        )
        bank.store.run(
            "UPDATE deliveries SET state = ?, attempts = ?, due_ms = ? WHERE id = ?",
            (state, tries, due, delivery_id),
        )


def listing(bank: Bank) -> list[Document]:
    """Every message, newest first, with each try's answer or error."""
    tries: dict[int, list[Document]] = {}
    for row in bank.store.rows("SELECT * FROM attempts ORDER BY rowid"):
        tries.setdefault(row["delivery_id"], []).append(
            {name: row[name] for name in ("at", "status", "answer", "error")}
        )
    return [
        {**dict(row), "body": json.loads(row["body"]), "attempts": tries.get(row["id"], [])}
        for row in bank.store.rows("SELECT * FROM deliveries ORDER BY id DESC")
    ]


def _post(url: str, body: bytes, source: str) -> tuple[int, bytes]:
    parts = urlsplit(url)
    maker = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = maker(
        parts.hostname or "", parts.port, timeout=ANSWER_WITHIN_SECONDS, source_address=(source, 0)
    )
    try:
        connection.request("POST", parts.path or "/", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def _now_ms(bank: Bank) -> int:
    return int(bank.clock.now().timestamp() * 1000)
