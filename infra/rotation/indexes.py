"""Makes blind indexes anew with the active index key, a few rows at a time, while requests run.

A row doesn't say which key made its index: its value is opened and compared. So a pass that was stopped goes on by
being started again. What no key made of the row's value is left alone: erasure puts random bytes there, that find nobody.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import LargeBinary, Row, Uuid, cast, select, update, values
from sqlalchemy import column as column_of
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from infra.rotation.columns import IndexColumn, Indexed
from infra.rotation.keys import Transaction
from shared.config.keys import NamedKeys
from shared.security.pii import BlindIndex, KeyRing, Place, SealBroken, Sealed, WrappedKey
from shared.vault.models import PersonKey

_START: Final = UUID(int=0)


@dataclass(slots=True)
class Tally:
    """One column after a pass, in rows."""

    current: int = 0
    #: written anew
    done: int = 0
    #: by the key that made them; to be written, or held by a request right now
    stale: Counter[str] = field(default_factory=Counter)
    #: no key made it of the row's value: the person is gone, or the row has another value by now
    of_nothing: int = 0
    #: the owner's key is destroyed, or doesn't open
    unreadable: int = 0
    #: another row has this value already, and may not; they keep their old index
    doubled: list[UUID] = field(default_factory=list)


class Keys:
    """What opens values and what indexes them."""

    __slots__ = ("_active", "_indexes", "ring")

    def __init__(self, ring: KeyRing, index: NamedKeys) -> None:
        self.ring = ring
        self._active = index.active
        self._indexes = {key_id: BlindIndex(key) for key_id, key in index.keys.items()}

    def active_index(self, of: Indexed) -> bytes:
        return self._indexes[self._active].of(*of)

    def maker(self, of: Indexed, index: bytes) -> str | None:
        """Which key made this index of this value."""
        return next((key_id for key_id, each in self._indexes.items() if each.of(*of) == index), None)


class _Change(NamedTuple):
    row: UUID
    old: bytes
    new: bytes
    made_by: str


def reindex(
    transaction: Transaction, column: IndexColumn, keys: Keys, *, batch_size: int, write: bool
) -> Tally:
    """One pass over a column; rows that a request holds are passed over and stay ``stale``.

    :param batch_size: rows of one transaction
    :param write: False only counts
    """
    found = Tally()
    after = _START
    while True:
        with transaction() as session:
            rows = _read(session, column, after, batch_size)
            if not rows:
                return found
            changes = list(_changes(column, rows, keys, found))
            if write:
                _write(session, column, changes, found)
            else:
                found.stale.update(change.made_by for change in changes)
        after = rows[-1].row


def _read(session: Session, column: IndexColumn, after: UUID, limit: int) -> Sequence[Row[Any]]:
    """Without locks: most rows need nothing."""
    key, stored = column.key, column.table.c[column.column]
    return session.execute(
        select(
            key.label("row"),
            column.owner.label("owner"),
            stored.label("stored"),
            column.table.c[column.sealed].label("sealed"),
            PersonKey.ring_key_id,
            PersonKey.wrapped_key,
        )
        .outerjoin(PersonKey, PersonKey.owner_id == column.owner)
        .where(key > after, stored.is_not(None))
        .order_by(key)
        .limit(limit)
    ).all()


def _changes(column: IndexColumn, rows: Sequence[Row[Any]], keys: Keys, found: Tally) -> Iterator[_Change]:
    for row in rows:
        text = _opened(column, row, keys.ring)
        if text is None:
            found.unreadable += 1
            continue
        of = column.indexed(text)
        new = keys.active_index(of)
        if row.stored == new:
            found.current += 1
            continue
        made_by = keys.maker(of, row.stored)
        if made_by is None:
            found.of_nothing += 1
        else:
            yield _Change(row.row, row.stored, new, made_by)


def _opened(column: IndexColumn, row: Row[Any], ring: KeyRing) -> str | None:
    sealed: Sealed | None = row.sealed
    if sealed is None or row.wrapped_key is None:
        return None
    try:
        key = ring.unwrap(row.owner, WrappedKey(row.ring_key_id, row.wrapped_key))
        return key.open(Place(column.table.name, column.sealed, row.row), sealed)
    except SealBroken:
        return None


def _write(session: Session, column: IndexColumn, changes: list[_Change], found: Tally) -> None:
    # Not FOR UPDATE: nobody who only refers to the row has to wait.
    free = set(
        session.scalars(
            select(column.key)
            .where(column.key.in_([change.row for change in changes]))
            .with_for_update(skip_locked=True, key_share=True)
        )
    )
    found.stale.update(change.made_by for change in changes if change.row not in free)
    possible = [change for change in changes if change.row in free]
    if not possible:
        return
    try:
        found.done += _replace(session, column, possible)
    except IntegrityError:
        _write_one_by_one(session, column, possible, found)


def _write_one_by_one(session: Session, column: IndexColumn, changes: list[_Change], found: Tally) -> None:
    for change in changes:
        try:
            found.done += _replace(session, column, [change])
        except IntegrityError:
            found.doubled.append(change.row)


def _replace(session: Session, column: IndexColumn, changes: list[_Change]) -> int:
    """How many rows were written; one that was changed since it was read has an index of the active key already.

    :raises IntegrityError: a row has the same value as another; then nothing was written
    """
    anew = values(
        column_of("row", Uuid), column_of("old", LargeBinary), column_of("new", LargeBinary), name="anew"
    ).data([(change.row, change.old, change.new) for change in changes])
    with session.begin_nested():
        replaced = session.execute(
            update(column.table)
            .where(column.key == anew.c.row, column.table.c[column.column] == cast(anew.c.old, LargeBinary))
            .values({column.column: cast(anew.c.new, LargeBinary)})
            .returning(column.key)
        )
        return len(replaced.all())
