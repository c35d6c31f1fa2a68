"""The statements that a connection's server keeps parsed and planned: those that came before.

Planning is most of what a short statement costs the server, and its answer need not be described again. A statement is
prepared when it comes the second time, so that what is asked once leaves nothing behind; the least used goes when there
are too many.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any, Final, NamedTuple

#: The statement's text and the types of its parameters.
Key = tuple[str, tuple[int, ...]]
Column = dict[str, Any]
Reading = Callable[[str], object]

_MOST: Final = 100
_MOST_SEEN: Final = 500
#: invalid_sql_statement_name, and what PostgreSQL says where a table changed under a plan
_UNKNOWN: Final = "26000"
_NOT_SUPPORTED: Final = "0A000"
_REPLANNING: Final = "RevalidateCachedQuery"


class Prepared(NamedTuple):
    #: by which the server knows it, with the byte that ends it
    name: bytes
    #: None: it answers no rows
    columns: Sequence[Column] | None
    readings: Sequence[Reading]


class Statements:
    """Of one connection; a bounded number of them."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._kept: OrderedDict[Key, Prepared] = OrderedDict()
        self._seen: OrderedDict[Key, None] = OrderedDict()
        self._numbers = count(1)
        self._to_close: list[bytes] = []

    def find(self, key: Key) -> Prepared | None:
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def name_for(self, key: Key) -> bytes | None:
        """A new name if the statement came before; None: it is new."""
        if key in self._seen:
            return b"s%d\x00" % next(self._numbers)
        self._seen[key] = None
        if len(self._seen) > _MOST_SEEN:
            self._seen.popitem(last=False)
        return None

    def keep(self, key: Key, prepared: Prepared) -> None:
        before = self._kept.get(key)
        if before is not None:  # one flight had the new statement twice
            self.drop(before.name)
        self._kept[key] = prepared
        if len(self._kept) > self._most:
            self._to_close.append(self._kept.popitem(last=False)[1].name)

    def forget(self, key: Key) -> None:
        self.drop(self._kept.pop(key).name)

    def drop(self, name: bytes) -> None:
        """The server may have it: a statement that failed was perhaps parsed before."""
        self._to_close.append(name)

    def to_close(self) -> list[bytes]:
        """Names that the server is to forget, told once."""
        names, self._to_close = self._to_close, []
        return names


def is_stale(fields: object) -> bool:
    """Whether an error (its fields by their one-letter keys) says that the plan is no more, so that nothing was done."""
    if not isinstance(fields, dict):
        return False
    state = fields.get("C")
    return state == _UNKNOWN or (state == _NOT_SUPPORTED and fields.get("R") == _REPLANNING)
