"""One run of the chainer: chain all that waits, seal the head, put the seal outside of the database."""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy.orm import Session

from shared.audit import chaining, seals
from shared.audit.seals import Seal
from shared.config.keys import NamedKeys
from shared.db.session import Transactions
from shared.ports.storage import ObjectStorage

_BATCH_LINES: Final = 500
_BATCHES: Final = 400
#: While nothing happens the same head is sealed again, so that what appears later can't claim to be older.
_SEALED_ANEW_AFTER: Final = timedelta(hours=1)


class _Batch(NamedTuple):
    lines: int
    #: another chainer is at work, or nothing waits any more
    over: bool
    seal: Seal | None


def chain_and_seal(
    transactions: Transactions, *, storage: ObjectStorage, keys: NamedKeys, now: datetime
) -> dict[str, int]:
    """How many lines were chained and seals made. A run with too much to do leaves the rest, unsealed, to the next.

    :raises Exception: the storage's own; the next run puts there what this one could not
    """
    with transactions() as session:
        last = seals.newest(session)
    if last is not None:
        _put_if_absent(storage, last)
    lines = 0
    for _ in range(_BATCHES):
        with transactions() as session:
            batch = _one_batch(session, keys, now)
        lines += batch.lines
        if batch.seal is not None:
            _put_if_absent(storage, batch.seal)
        if batch.over:
            break
    return {"lines": lines, "seals": int(batch.seal is not None)}


def _one_batch(session: Session, keys: NamedKeys, now: datetime) -> _Batch:
    if not chaining.is_the_only_one(session):
        return _Batch(0, over=True, seal=None)
    last = seals.newest(session)
    at = now if last is None else max(now, last.sealed_at)
    lines = chaining.chain_waiting(session, limit=_BATCH_LINES, now=at)
    if lines == _BATCH_LINES:
        return _Batch(lines, over=False, seal=None)
    return _Batch(lines, over=True, seal=_seal_of_head(session, keys, last, at))


def _seal_of_head(session: Session, keys: NamedKeys, last: Seal | None, now: datetime) -> Seal | None:
    """A new seal, unless the last one says the same and is fresh."""
    head = chaining.head(session)
    if head is None:
        return None
    if last is not None and last.position == head.position and now - last.sealed_at < _SEALED_ANEW_AFTER:
        return None
    seal = seals.sealed(head, keys=keys, at=now)
    seals.add(session, seal)
    return seal


def _put_if_absent(storage: ObjectStorage, seal: Seal) -> None:
    """A seal that is there is never written over: only a run that was cut short left one to put."""
    key = seals.file_key(seal)
    try:
        storage.get(key)
    except KeyError:
        storage.put(key, seals.to_file(seal), content_type=seals.CONTENT_TYPE)
