"""One statement past SQLAlchemy's compiler, types and result: a third of the client's part of a short call."""

from collections.abc import Sequence
from typing import Any

from pg8000.exceptions import Error
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session


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
        lost = connection.dialect.is_disconnect(error, None, None)  # type: ignore[arg-type]  # pg8000 has no types
        if lost:
            connection.invalidate(error)
        raise DBAPIError(statement, None, error, hide_parameters=True, connection_invalidated=lost) from error
    return row
