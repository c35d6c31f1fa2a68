"""Rows of an export: JSON's own types, money in kopecks, times in RFC 3339, hashes in lower-case hex."""

from datetime import date, datetime
from typing import Final, NamedTuple, TypeAlias, TypeVarTuple
from uuid import UUID

from sqlalchemy import Select
from sqlalchemy.orm import InstrumentedAttribute

from shared.kernel.clock import iso
from shared.kernel.money import Money

Json: TypeAlias = "str | int | bool | list[Json] | dict[str, Json] | None"
Row: TypeAlias = dict[str, Json]

Columns = TypeVarTuple("Columns")

#: rows of one section in one answer, so that memory and size are bounded whatever a person has done
MOST: Final = 100


class Slice(NamedTuple):
    """Whose rows, and after which."""

    user_id: UUID
    after: UUID | None = None

    def of(self, query: Select[*Columns], key: InstrumentedAttribute[UUID]) -> Select[*Columns]:
        """The next ``MOST`` rows of a query in the order of their ids, which is that of time."""
        begun = query if self.after is None else query.where(key > self.after)
        return begun.order_by(key).limit(MOST)


def picked(record: object, *names: str) -> Row:
    """The named columns of a row, ``id`` first."""
    return {name: plain(getattr(record, name)) for name in ("id", *names)}


def plain(value: object) -> Json:
    """:raises TypeError: nothing that an export shows, such as a sealed value"""
    match value:
        case None | bool() | int() | str():
            return value
        case UUID():
            return str(value)
        case datetime():
            return iso(value)
        case date():
            return value.isoformat()
        case Money():
            return value.kopecks
        case bytes():
            return value.hex()
        case list():
            return [plain(each) for each in value]
        case dict():
            return {str(name): plain(each) for name, each in value.items()}
    raise TypeError(f"an export shows no {type(value).__name__}")
