"""What of a line is hashed, and how: the same bytes whatever PostgreSQL, session or reader the line comes from.

The hash at a position is SHA-256(the hash before ‖ canonical bytes); the first follows ``GENESIS``. The canonical
bytes are one JSON array in ASCII without spaces: the format's name, every column of the line in its order, and the
moment of chaining. Times are seconds of the epoch with six digits, facts are objects with sorted keys.
"""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, Text, cast, extract

from shared.audit.tables import audit_logs

GENESIS: Final = bytes(32)
_FORMAT: Final = "housler-audit-line-1"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND: Final = 1_000_000


class Line(NamedTuple):
    """A line of the log, each column as PostgreSQL writes it: no value, however strange, is lost in a conversion."""

    id: str
    actor_id: str | None
    action: str
    entity_kind: str
    entity_id: str
    before: str | None
    after: str | None
    ip: str | None
    user_agent: str | None
    request_id: str
    #: seconds of the epoch
    recorded_at: str


def seconds_of(column: ColumnElement[datetime]) -> ColumnElement[str]:
    """A moment as it is hashed; exact, since PostgreSQL counts it as a numeric of six digits."""
    return cast(extract("epoch", column), Text)


def as_seconds(moment: datetime) -> str:
    """The same of a moment that isn't in the database yet."""
    seconds, microseconds = divmod((moment - _EPOCH) // timedelta(microseconds=1), _SECOND)
    return f"{seconds}.{microseconds:06d}"


#: What to select for a ``Line``.
LINE: Final = (
    *(cast(audit_logs.c[name], Text).label(f"line_{name}") for name in Line._fields[:-1]),
    seconds_of(audit_logs.c.recorded_at).label("line_recorded_at"),
)


def link_hash(before: bytes, line: Line, chained_at: str) -> bytes:
    """:param chained_at: seconds of the epoch"""
    fields = line._replace(before=None, after=None)
    content = [_FORMAT, *fields, _facts(line.before), _facts(line.after), chained_at]
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(before + canonical.encode()).digest()


def _facts(text: str | None) -> object:
    """Numbers stay as they are written, marked by a sign that no text in PostgreSQL can hold."""
    return None if text is None else json.loads(text, parse_int=_marked, parse_float=_marked)


def _marked(number: str) -> str:
    return f"\0{number}"
