"""Rows written past the unit of work, by statements of their own, and what the session must know of them."""

from typing import cast

from sqlalchemy import Table
from sqlalchemy.orm import Session, make_transient_to_detached

from shared.db.base import Base


def table_of(model: type[Base]) -> Table:
    return cast("Table", model.__table__)


def is_written(session: Session, row: Base) -> None:
    """The database has the new row already: the session keeps it and doesn't write it again."""
    make_transient_to_detached(row)
    session.add(row)
