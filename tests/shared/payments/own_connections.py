"""Transactions that don't share the process's one connection, so that threads really meet in the database."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Barrier, Thread

from sqlalchemy.orm import Session

from shared.db.errors import translated
from shared.db.session import Transactions
from tests.conftest import engine_for


class OwnConnections(Transactions):
    @contextmanager
    def __call__(self) -> Iterator[Session]:
        engine = engine_for(os.environ["DATABASE_URL"])
        with translated(), Session(engine, expire_on_commit=False) as session:
            yield session
            session.commit()


def at_once(work: Callable[[], object], *, times: int, expected: type[Exception] = AssertionError) -> int:
    """Run the same work in so many threads that start together; how many ended in the ``expected`` refusal."""
    start = Barrier(times)
    refusals: list[Exception] = []

    def run() -> None:
        start.wait(10)
        try:
            work()
        except expected as refusal:
            refusals.append(refusal)

    threads = [Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(refusals)
