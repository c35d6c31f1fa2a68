"""Re-wraps the keys of owners by the ring's active key, a few rows at a time, while requests run."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import LargeBinary, Uuid, cast, column, func, select, update, values
from sqlalchemy.orm import Session

from shared.security.pii import KeyRing, SealBroken, WrappedKey
from shared.vault.models import PersonKey

Transaction = Callable[[], AbstractContextManager[Session]]
#: before the first owner's id
_START = UUID(int=0)


class Rewrapped(NamedTuple):
    """``broken`` keys don't open with the ring as it is; who holds the rest is in a request right now."""

    done: int
    broken: int


class _Batch(NamedTuple):
    last: UUID
    done: int
    broken: int


def rewrap(transaction: Transaction, ring: KeyRing, *, batch_size: int) -> Rewrapped:
    """One pass over the keys that an older key of the ring wraps; rows that a request holds are passed over.

    :param batch_size: rows of one transaction
    """
    done = broken = 0
    after = _START
    while True:
        with transaction() as session:
            batch = _rewrap_some(session, ring, after, batch_size)
        if batch is None:
            return Rewrapped(done, broken)
        after, done, broken = batch.last, done + batch.done, broken + batch.broken


def _rewrap_some(session: Session, ring: KeyRing, after: UUID, limit: int) -> _Batch | None:
    rows = session.execute(
        select(PersonKey.owner_id, PersonKey.ring_key_id, PersonKey.wrapped_key)
        .where(
            PersonKey.owner_id > after,
            PersonKey.ring_key_id != ring.active,
            PersonKey.wrapped_key.is_not(None),
        )
        .order_by(PersonKey.owner_id)
        .limit(limit)
        .with_for_update(skip_locked=True, key_share=True)
    ).all()
    if not rows:
        return None
    wrapped = [
        (row.owner_id, anew)
        for row in rows
        if (anew := _rewrapped(ring, row.owner_id, WrappedKey(row.ring_key_id, row.wrapped_key))) is not None
    ]
    if wrapped:
        _write(session, ring.active, wrapped)
    return _Batch(rows[-1].owner_id, len(wrapped), len(rows) - len(wrapped))


def _rewrapped(ring: KeyRing, owner_id: UUID, wrapped: WrappedKey) -> bytes | None:
    try:
        return ring.rewrap(owner_id, wrapped).wrapped
    except SealBroken:
        return None


def _write(session: Session, ring_key_id: str, wrapped: list[tuple[UUID, bytes]]) -> None:
    anew = values(column("owner_id", Uuid), column("wrapped", LargeBinary), name="anew").data(wrapped)
    session.execute(
        update(PersonKey)
        .where(PersonKey.owner_id == anew.c.owner_id)
        .values(ring_key_id=ring_key_id, wrapped_key=cast(anew.c.wrapped, LargeBinary))
        .execution_options(synchronize_session=False)
    )


def usage(session: Session) -> dict[str, int]:
    """How many living keys each key of the ring wraps."""
    rows = session.execute(
        select(PersonKey.ring_key_id, func.count())
        .where(PersonKey.wrapped_key.is_not(None))
        .group_by(PersonKey.ring_key_id)
    ).all()
    return {ring_key_id: count for ring_key_id, count in rows}  # noqa: C416 -- rows are no tuples to mypy
