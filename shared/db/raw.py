"""Statements past SQLAlchemy's compiler, types and result, and statements for whose answer nobody waits.

The former are a third of the client's part of a short call; the latter spare a round trip each: they leave with the next
statement of the transaction, or with its COMMIT, and what refuses them is raised there.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pg8000.exceptions import Error
from sqlalchemy import Engine, Executable, event
from sqlalchemy.orm import Session

from shared.db.unit_of_work import UnitOfWork, as_sqlalchemys, line_of

_LATER: Final = "housler_send_later"


def one_row(session: Session, statement: str, values: Sequence[object]) -> Any:  # noqa: ANN401 -- a row of any columns
    """The only row that the statement gives, as a list, within the session's transaction.

    :param statement: with ``%s`` for each value
    :raises sqlalchemy.exc.DBAPIError: as a statement of SQLAlchemy would, without the values
    """
    connection = session.connection()
    cursor = connection.connection.cursor()
    try:
        cursor.execute(statement, values)
        (row,) = cursor.fetchall()
    except Error as error:
        refusal = as_sqlalchemys(error, statement, connection.dialect)
        if refusal.connection_invalidated:
            connection.invalidate(error)
        raise refusal from error
    return row


def send_later(session: Session, statement: str, values: Sequence[object]) -> None:
    """Add the statement to the session's transaction without waiting for it.

    :param statement: with ``%s`` for each value
    """
    if isinstance(session, UnitOfWork):
        session.send_later(statement, values)
    else:
        line_of(session.connection()).send_later(statement, values)


def execute_later(session: Session, statement: Executable, parameters: Mapping[str, object]) -> None:
    """``send_later`` for a statement of SQLAlchemy."""
    session.connection().execute(statement, parameters, execution_options={_LATER: True})


def let_statements_wait(engine: Engine) -> None:
    """Have the engine heed ``execute_later``."""
    event.listen(engine, "do_execute", _do_execute)


def _do_execute(cursor: Any, statement: str, parameters: Sequence[object], context: Any) -> bool:  # noqa: ANN401 -- SQLAlchemy's
    """True: it is seen to."""
    if not context.execution_options.get(_LATER):
        return False
    cursor.send_later(statement, parameters)
    return True
