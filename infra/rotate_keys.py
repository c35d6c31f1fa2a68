"""``python -m infra.rotate_keys [--check] [--batch N]``: moves a database to the active keys, while requests run.

Keys of owners are wrapped anew by the active key of the ring, blind indexes made anew by the active index key. It works
in short transactions and waits for no request; stopped, it goes on by being started again. ``--check`` only counts.
It needs ``DATABASE_URL`` of the application's role and the keys, old and new, as the functions have them:
docs/operations.md says in which order they change. 0 when nothing is left to do, 1 when something is.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Sequence
from typing import Final

from sqlalchemy import func, select

from infra.rotation import indexes
from infra.rotation import keys as wrapping
from infra.rotation.columns import COLUMNS, WITHOUT_VALUES, IndexColumn
from infra.rotation.indexes import Keys, Tally
from shared.antifraud.models import BlacklistEntry
from shared.config.keys import NamedKeys
from shared.db.session import transaction
from shared.security import key_service
from shared.security.pii import KeyRing

_BATCH_ROWS: Final = 200
_MOST_ROWS: Final = 5_000
#: a request that holds a row is over by the next pass
_PASSES: Final = 5
_PAUSE_SECONDS: Final = 1.0


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="./dev rotate-keys")
    parser.add_argument("--check", action="store_true", help="only count")
    parser.add_argument("--batch", type=_batch_rows, default=_BATCH_ROWS, help="rows of one transaction")
    given = parser.parse_args(arguments)
    keys = key_service.personal_data_keys()
    ring = KeyRing(keys.ring.active, keys.ring.keys)
    wrapped = _wrapped(keys.ring, ring, batch_size=given.batch, write=not given.check)
    indexed = _indexed(keys.index, ring, batch_size=given.batch, write=not given.check)
    if wrapped and indexed:
        print("Nothing is left to do.")
        return 0
    print("Something is left: " + ("run it without --check." if given.check else "run it again."))
    return 1


def _batch_rows(given: str) -> int:
    rows = int(given)
    if not 1 <= rows <= _MOST_ROWS:
        raise ValueError
    return rows


def _wrapped(named: NamedKeys, ring: KeyRing, *, batch_size: int, write: bool) -> bool:
    """Print what was done and what it means for the ring; False when an old key is still in use."""
    for each in range(_PASSES if write else 0):
        passed = wrapping.rewrap(transaction, ring, batch_size=batch_size)
        print(f"person_keys: {passed.done} wrapped anew by {ring.active}", flush=True)
        if passed.broken:
            print(
                f"person_keys: {passed.broken} don't open with this ring; give it back the key that it lost"
            )
        if not _old(_usage(), ring.active) or passed.broken:
            break
        _pause(each)
    usage = _usage()
    for key_id in sorted({*named.keys, *usage} - {ring.active}):
        rows = usage.get(key_id, 0)
        then = "it must stay in the ring" if rows else "it may leave the ring"
        print(f"Ring key {key_id} is used by {rows} rows: {then}.")
    return not _old(usage, ring.active)


def _usage() -> dict[str, int]:
    with transaction() as session:
        return wrapping.usage(session)


def _old(usage: dict[str, int], active: str) -> int:
    return sum(rows for key_id, rows in usage.items() if key_id != active)


def _indexed(named: NamedKeys, ring: KeyRing, *, batch_size: int, write: bool) -> bool:
    """The same for the index keys."""
    keys = Keys(ring, named)
    found = [_reindexed(column, keys, batch_size=batch_size, write=write) for column in COLUMNS]
    used = sum((each.stale for each in found), Counter[str]())
    doubled = sum(len(each.doubled) for each in found)
    old = sorted(named.keys.keys() - {named.active})
    for key_id in old:
        then = "it must stay" if used[key_id] or doubled else "it may leave, but for what follows"
        print(f"Index key {key_id} is used by {used[key_id]} rows whose values are known: {then}.")
    if old:
        _print_exceptions()
    return not (used or doubled)


def _reindexed(column: IndexColumn, keys: Keys, *, batch_size: int, write: bool) -> Tally:
    for each in range(_PASSES if write else 1):
        found = indexes.reindex(transaction, column, keys, batch_size=batch_size, write=write)
        print(f"{column.name}: {_told(found)}", flush=True)
        if not (found.stale and write):
            break
        _pause(each)
    return found


def _told(found: Tally) -> str:
    parts = {
        "written anew": found.done,
        "current": found.current,
        "of older keys": found.stale.total(),
        "of another value or of nothing": found.of_nothing,
        "can't be read": found.unreadable,
    }
    told = ", ".join(f"{rows} {name}" for name, rows in parts.items() if rows) or "no rows"
    if found.doubled:
        told += f"; another row has the same value: {', '.join(map(str, found.doubled))}"
    return told


def _print_exceptions() -> None:
    print("Older index keys are also needed by what is kept without its value:")
    with transaction() as session:
        barred = session.scalar(select(func.count()).select_from(BlacklistEntry))
    for name, reason in WITHOUT_VALUES.items():
        rows = f" ({barred} rows)" if name.startswith("blacklist.") else ""
        print(f"  {name}{rows}: {reason}")


def _pause(passes: int) -> None:
    if passes < _PASSES - 1:
        time.sleep(_PAUSE_SECONDS)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
