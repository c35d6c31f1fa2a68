"""The same work in several sessions that start together, each on a connection of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.kernel.errors import DomainError
from tests.conftest import TestDatabase, engine_for

Result = TypeVar("Result")


def at_once(
    database: TestDatabase, count: int, work: Callable[[Session, int], Result]
) -> list[Result | DomainError]:
    """What each committed or was refused with."""
    start = Barrier(count)

    def one(number: int) -> Result | DomainError:
        with Session(engine_for(database.app_url), expire_on_commit=False) as session:
            session.execute(text("SELECT 1"))
            start.wait(timeout=30)
            try:
                result = work(session, number)
                session.commit()
            except DomainError as refusal:
                return refusal
            return result

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))
