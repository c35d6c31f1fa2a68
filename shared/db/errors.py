"""What the database refuses, said in the domain's words.

The database's errors carry an SQLSTATE and, for constraints, a name; both are stable, the text is not. Drivers
raise them where a statement runs and also at the commit (deferred checks), so the edge translates round both.

The tree::

    DatabaseUnavailable   Unavailable   no connection, shutting down
    TryAgain              Unavailable   deadlock, serialisation, lock or statement time-out, a plan that a migration
                                        outdated: nothing was done
    ConstraintViolated    Conflict      a unique row exists, or a row it needs does not

A domain declares its own beside its errors::

    on_constraint("uq_users_phone_index", PhoneTaken)
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from shared.db.prepared import is_stale
from shared.kernel.errors import Conflict, DomainError, Unavailable

#: PostgreSQL's appendix A: serialization_failure, deadlock_detected, lock_not_available, query_canceled.
_TRY_AGAIN = {"40001", "40P01", "55P03", "57014"}
#: Classes 08 (connection) and 57P (shutdown), too many connections, idle-in-transaction time-out.
_UNAVAILABLE_PREFIXES = ("08", "57P", "53300", "25P03")
_UNIQUE_VIOLATION = "23505"
_FOREIGN_KEY_VIOLATION = "23503"


class DatabaseUnavailable(Unavailable):
    code = "database_unavailable"
    retry_after_seconds = 5

    def __init__(self) -> None:
        super().__init__("База данных временно недоступна. Повторите через несколько секунд.")


class TryAgain(Unavailable):
    """Another transaction was in the way; nothing was done and a repeat may succeed."""

    code = "try_again"
    retry_after_seconds = 1

    def __init__(self) -> None:
        super().__init__("Данные заняты другой операцией. Повторите запрос.")


class ConstraintViolated(Conflict):
    """A constraint that no domain has given a name of its own."""

    code = "constraint_violated"

    def __init__(self, constraint: str) -> None:
        super().__init__("Запись противоречит уже сохранённым данным.")
        self.constraint = constraint


_by_constraint: dict[str, Callable[[], DomainError]] = {}
_by_sqlstate: dict[str, Callable[[], Exception]] = {}


def on_constraint(name: str, refusal: Callable[[], DomainError]) -> None:
    """Declare what breaking the constraint or unique index ``name`` means; called at import, once per name."""
    _by_constraint[name] = refusal


def on_sqlstate(sqlstate: str, refusal: Callable[[], Exception]) -> None:
    """Declare what a code of our own (raised by our SQL functions) means."""
    _by_sqlstate[sqlstate] = refusal


def translate(error: DBAPIError) -> Exception | None:
    """The expected refusal behind a database error; None for a surprise."""
    fields = _fields(error)
    if not fields:
        return DatabaseUnavailable() if error.connection_invalidated or _is_network(error) else None
    sqlstate, constraint = fields.get("C", ""), fields.get("n", "")
    named = _by_sqlstate.get(sqlstate) or _by_constraint.get(constraint)
    if named is not None:
        return named()
    if sqlstate in _TRY_AGAIN or is_stale(fields):
        return TryAgain()
    if sqlstate.startswith(_UNAVAILABLE_PREFIXES):
        return DatabaseUnavailable()
    if sqlstate in {_UNIQUE_VIOLATION, _FOREIGN_KEY_VIOLATION}:
        return ConstraintViolated(constraint)
    return None


@contextmanager
def translated() -> Iterator[None]:
    """Raise the domain's refusal in place of the database's error.

    The refusal does not carry the database's error with it: that one may quote values.
    """
    try:
        yield
    except DBAPIError as error:
        refusal = translate(error)
        if refusal is None:
            raise
        raise refusal from None


def _fields(error: DBAPIError) -> Mapping[str, str]:
    """Fields of the server's message by its one-letter keys: C is the SQLSTATE, n the constraint."""
    arguments = getattr(error.orig, "args", ())
    first = arguments[0] if arguments else None
    return first if isinstance(first, dict) else {}


def _is_network(error: DBAPIError) -> bool:
    return str(error.orig) in {"network error", "connection is closed"}
