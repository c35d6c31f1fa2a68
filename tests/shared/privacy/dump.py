"""What a thief of the whole database and of the key ring reads in it."""

from collections.abc import Iterable, Iterator
from uuid import UUID

from sqlalchemy import Column, Connection, LargeBinary, Table, select, text

from infra.migrations import models
from shared.db.types import SealedColumn
from shared.security.pii import DataKey, Place, SealBroken, Sealed, WrappedKey
from shared.vault import service as vault


def readable(owner: Connection) -> dict[str, list[str]]:
    """Every sealed value that any key left in the database opens, by "table.column"."""
    keys = [
        vault._ring().unwrap(row.owner_id, WrappedKey(row.ring_key_id, bytes(row.wrapped_key)))
        for row in owner.execute(
            text("SELECT owner_id, ring_key_id, wrapped_key FROM person_keys WHERE wrapped_key IS NOT NULL")
        )
    ]
    opened: dict[str, list[str]] = {}
    for table, column, row_id, sealed in _sealed(owner):
        opened.setdefault(f"{table}.{column}", []).extend(
            _with_any(keys, Place(table, column, row_id), sealed)
        )
    return opened


def places_of(owner: Connection, secrets: Iterable[str]) -> set[str]:
    """Where any of these texts stands in what can be read, or in the open."""
    wanted = tuple(secrets)
    sealed = {
        place
        for place, values in readable(owner).items()
        if any(secret in value for value in values for secret in wanted)
    }
    return sealed | {
        table.name
        for table in models.metadata.sorted_tables
        for (line,) in owner.execute(text(f"SELECT t::text FROM {table.name} t"))  # noqa: S608 -- our tables
        if any(secret in line for secret in wanted)
    }


def indexed(owner: Connection, **values: str) -> set[str]:
    """Where a blind index finds one of these values: ``indexed(owner, phone="+7916…")``."""
    wanted = {index for field, value in values.items() for index in vault.indexes_of(field, value)}
    return {
        f"{table.name}.{column.name}"
        for table in models.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary)
        for (raw,) in owner.execute(select(column).where(column.is_not(None)))
        if bytes(raw) in wanted
    }


def _sealed(owner: Connection) -> Iterator[tuple[str, str, UUID, Sealed]]:
    for table in models.metadata.sorted_tables:
        for column in (each for each in table.columns if isinstance(each.type, SealedColumn)):
            for row_id, value in owner.execute(select(_key(table), column).where(column.is_not(None))):
                yield table.name, column.name, row_id, value


def _key(table: Table) -> "Column[UUID]":
    (only,) = table.primary_key.columns
    return only


def _with_any(keys: list[DataKey], place: Place, sealed: Sealed) -> Iterator[str]:
    for key in keys:
        try:
            yield key.open(place, sealed)
        except SealBroken:
            continue
