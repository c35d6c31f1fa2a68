"""Lists that grow at their newest end answer ``{items, next_cursor}``: a page begins after the last one's end, so that
what is added meanwhile moves nothing. To the caller a cursor is an opaque word.
"""

import base64
import struct
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final, Generic, NamedTuple, TypeVar
from uuid import UUID

from pydantic import Field, PlainValidator, WithJsonSchema

from shared.http.inputs import RequestModel, ViewModel

Item = TypeVar("Item")

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
#: microseconds of the epoch and a UUID
_LAYOUT: Final = ">Q16s"
_LETTERS: Final = 32


class Place(NamedTuple):
    """Where a page ended: the last item's moment and id."""

    moment: datetime
    id: UUID


def to_cursor(place: Place) -> str:
    """32 letters that an address may carry."""
    microseconds = (place.moment - _EPOCH) // _MICROSECOND
    return base64.urlsafe_b64encode(struct.pack(_LAYOUT, microseconds, place.id.bytes)).decode()


def to_place(cursor: object) -> Place:
    """:raises ValueError: not what ``to_cursor`` gives"""
    try:
        raw = base64.b64decode(str(cursor), altchars=b"-_", validate=True)
        microseconds, identifier = struct.unpack(_LAYOUT, raw)
        return Place(_EPOCH + microseconds * _MICROSECOND, UUID(bytes=identifier))
    except (ValueError, OverflowError, struct.error):
        raise ValueError("Возьмите значение next_cursor из прошлого ответа.") from None


Cursor = Annotated[
    Place,
    PlainValidator(to_place),
    WithJsonSchema({"type": "string", "pattern": f"^[A-Za-z0-9_-]{{{_LETTERS}}}$"}),
]


class CursorQuery(RequestModel):
    cursor: Cursor | None = None
    limit: int = Field(default=20, ge=1, le=100)


class CursorView(ViewModel, Generic[Item]):
    items: list[Item]
    #: None: there is nothing after these
    next_cursor: str | None
