"""Keys of owners: made with the owner's row, loaded to seal or open his values, destroyed with them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from shared.kernel.errors import NotFound
from shared.security import key_service
from shared.security.pii import BlindIndex, DataKey, KeyRing, Place, Sealed, WrappedKey
from shared.vault.models import KeyOwner, PersonKey


class KeyDestroyed(NotFound):
    """The owner's data was erased: his key is gone."""

    code = "data_erased"

    def __init__(self) -> None:
        super().__init__("Персональные данные удалены.")


@cache
def _ring() -> KeyRing:
    named = key_service.personal_data_keys().ring
    return KeyRing(named.active, named.keys)


@cache
def _indexes() -> tuple[BlindIndex, ...]:
    """One for each index key, the active one's first."""
    named = key_service.personal_data_keys().index
    older = [key for key_id, key in named.keys.items() if key_id != named.active]
    return tuple(BlindIndex(key) for key in (named.keys[named.active], *older))


def index_of(field: str, value: str) -> bytes:
    """Blind index of a normalised value, to be written; ``field`` is "phone", "email", "inn" or "passport".

    For finding, see ``indexes_of``. Counters of limits ask for this one alone: one that starts anew when the active key
    changes does no harm.
    """
    return _indexes()[0].of(field, value)


def indexes_of(field: str, value: str) -> tuple[bytes, ...]:
    """What a lookup compares with (``Table.column.in_(…)``): a row may still carry the index of an older key.

    One for each index key, that of ``index_of`` first.
    """
    return tuple(each.of(field, value) for each in _indexes())


def create_key(session: Session, owner_id: UUID, kind: KeyOwner, *, now: datetime) -> DataKey:
    key, wrapped = _ring().new_key(owner_id)
    session.add(
        PersonKey(
            owner_id=owner_id,
            owner_kind=kind,
            ring_key_id=wrapped.ring_key_id,
            wrapped_key=wrapped.wrapped,
            created_at=now,
        )
    )
    return key


def renew_key(session: Session, owner_id: UUID, *, now: datetime) -> DataKey:
    """Another key for an owner whose row stays: what the former one sealed is unreadable for ever.

    :raises KeyDestroyed: there is none to replace
    """
    row = session.get(PersonKey, owner_id, with_for_update=True, populate_existing=True)
    if row is None or row.wrapped_key is None:
        raise KeyDestroyed
    key, wrapped = _ring().new_key(owner_id)
    row.ring_key_id, row.wrapped_key, row.created_at = wrapped.ring_key_id, wrapped.wrapped, now
    session.flush()
    return key


def destroy(session: Session, owner_ids: Collection[UUID], *, now: datetime) -> None:
    """Make what these owners' keys sealed unreadable for ever; an owner without a key is passed over."""
    if owner_ids:
        session.execute(
            update(PersonKey)
            .where(PersonKey.owner_id.in_(owner_ids), PersonKey.destroyed_at.is_(None))
            .values(wrapped_key=None, destroyed_at=now)
        )


def key_of(session: Session, owner_id: UUID) -> DataKey:
    """:raises KeyDestroyed: the owner's data was erased"""
    row = session.get(PersonKey, owner_id)
    if row is None or row.wrapped_key is None:
        raise KeyDestroyed
    return _ring().unwrap(owner_id, WrappedKey(row.ring_key_id, row.wrapped_key))


def keys_of(session: Session, owner_ids: Collection[UUID]) -> Sequence[PersonKey]:
    """Many owners' keys at once: as long as the caller holds them, ``key_of`` asks the database for none of them."""
    return session.scalars(select(PersonKey).where(PersonKey.owner_id.in_(owner_ids))).all()


class Sealer:
    """Seals and opens the columns of one row with its owner's key."""

    __slots__ = ("_key", "_row", "_table")

    def __init__(self, key: DataKey, *, table: str, row: UUID) -> None:
        self._key = key
        self._table = table
        self._row = row

    def seal(self, column: str, text: str) -> Sealed:
        return self._key.seal(Place(self._table, column, self._row), text)

    def seal_optional(self, column: str, text: str | None) -> Sealed | None:
        return None if text is None else self.seal(column, text)

    def open(self, column: str, sealed: Sealed) -> str:
        return self._key.open(Place(self._table, column, self._row), sealed)

    def open_optional(self, column: str, sealed: Sealed | None) -> str | None:
        return None if sealed is None else self.open(column, sealed)
