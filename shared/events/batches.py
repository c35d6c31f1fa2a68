"""Removing in batches: each a transaction of its own, so that no run holds many rows or undoes what it has done."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from shared.db.session import Transactions


class Removal(Protocol):
    """Removes at most ``limit`` rows; how many it were."""

    def __call__(self, session: Session, *, limit: int, now: datetime) -> int: ...


def in_batches(
    transactions: Transactions,
    removals: Mapping[str, Removal],
    *,
    rows: int = 500,
    batches: int = 20,
    now: datetime,
) -> dict[str, int]:
    """How many rows of each kind went.

    :param rows: of one batch
    :param batches: of each kind in one run; what is left waits for the next
    """
    return {name: _removed(transactions, remove, rows, batches, now) for name, remove in removals.items()}


def _removed(transactions: Transactions, remove: Removal, rows: int, batches: int, now: datetime) -> int:
    total = 0
    for _ in range(batches):
        with transactions() as session:
            batch = remove(session, limit=rows, now=now)
        total += batch
        if batch < rows:
            break
    return total
