"""One key, one operation, for 24 hours of the bank's clock."""

import json
from collections.abc import Callable
from datetime import timedelta

from localstack.standins.yookassa.bank import Bank, Document, dump, stamp
from localstack.standins.yookassa.problems import Problem

HEADER = "Idempotence-Key"
LIFE = timedelta(hours=24)
MAX_LENGTH = 64


def once(
    bank: Bank, account: str, key: str | None, body: Document, make: Callable[[], Document]
) -> tuple[int, Document]:
    """Run ``make`` for a new key; give the stored answer for a known one.

    A refusal is stored too: a new attempt needs a new key.

    :raises Problem: no key, too long a key, or a known key with another body
    """
    if not key or len(key) > MAX_LENGTH:
        raise Problem(400, f"Idempotence key of up to {MAX_LENGTH} characters is required", HEADER)
    now = bank.clock.now()
    with bank.store.transaction():
        known = bank.store.rows(
            "SELECT body, status, answer FROM keys WHERE account = ? AND key = ? AND created_at > ?",
            (account, key, stamp(now - LIFE)),
        )
        if known and known[0]["body"] != dump(body):
            raise Problem(400, "Idempotence key duplicated", HEADER)
        if known:
            return known[0]["status"], json.loads(known[0]["answer"])
        try:
            status, answer = 200, make()
        except Problem as refusal:
            status, answer = refusal.status, refusal.body()
        bank.store.run(
            "INSERT OR REPLACE INTO keys (account, key, body, created_at, status, answer) VALUES (?, ?, ?, ?, ?, ?)",
            (account, key, dump(body), stamp(now), status, dump(answer)),
        )
        return status, answer
