"""The session of a transaction. Statements for whose answer nobody waits need none of its machinery.

While nothing else was asked they wait here; a transaction that consists of them takes a connection only for its end, and
is one flight. As soon as the session begins a transaction with the database they are the first to leave in it. The machinery
itself is built when it is first touched.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from pg8000.exceptions import Error
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

_ON_COMMIT: Final = "commit"


class UnitOfWork(Session):
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._waiting: list[tuple[str, Sequence[object]]] = []
        self._is_built = False

    if not TYPE_CHECKING:  # else any name would pass for an attribute

        def __getattr__(self, name: str) -> object:
            """The session's state, at the first touch of any part of it."""
            if self._is_built:
                raise AttributeError(name)
            self._is_built = True
            super().__init__(self._engine, expire_on_commit=False)
            return getattr(self, name)

    def send_later(self, statement: str, values: Sequence[object]) -> None:
        """See ``shared.db.raw.send_later``."""
        if self._is_built and self.in_transaction():
            line_of(self.connection()).send_later(statement, values)
        else:
            self._waiting.append((statement, values))

    def commit(self) -> None:
        if self._has_more():
            if self._waiting:
                self.connection()  # with which they leave
            super().commit()
        elif self._waiting:
            self._commit_waiting()

    def rollback(self) -> None:
        self._waiting.clear()
        if self._is_built:
            super().rollback()

    def close(self) -> None:
        self._waiting.clear()
        if self._is_built:
            super().close()

    def leave_with(self, connection: Connection) -> None:
        """The database's transaction has begun: what waits is on its way."""
        waiting, self._waiting = self._waiting, []
        for statement, values in waiting:
            line_of(connection).send_later(statement, values)

    def _has_more(self) -> bool:
        """Whether the transaction is more than what waits."""
        return self._is_built and bool(self.in_transaction() or self.new or self.dirty or self.deleted)

    def _commit_waiting(self) -> None:
        waiting, self._waiting = self._waiting, []
        line = self._engine.raw_connection()
        try:
            for statement, values in waiting:
                line.dbapi_connection.send_later(statement, values)  # type: ignore[union-attr]  # the driver's
            line.commit()
        except Error as error:
            refusal = as_sqlalchemys(error, _ON_COMMIT, self._engine.dialect)
            if refusal.connection_invalidated:
                line.invalidate(error)
            raise refusal from error
        finally:
            line.close()


def as_sqlalchemys(error: Error, statement: str, dialect: Dialect) -> DBAPIError:
    """An error of the driver as a statement of SQLAlchemy would raise it, without the values."""
    lost = dialect.is_disconnect(error, None, None)  # type: ignore[arg-type]  # pg8000 has no types
    return DBAPIError(statement, None, error, hide_parameters=True, connection_invalidated=lost)


def line_of(connection: Connection) -> Any:  # noqa: ANN401 -- the driver's connection
    """The driver's own."""
    return connection.connection.dbapi_connection


@event.listens_for(UnitOfWork, "after_begin")
def _after_begin(session: UnitOfWork, _transaction: object, connection: Connection) -> None:
    session.leave_with(connection)
