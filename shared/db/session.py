"""The engine (one per process, one connection, made on first use) and transactions."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

from shared.config import database
from shared.db import driver
from shared.db.errors import translated
from shared.kernel.errors import DomainError

_POOL_WAIT_SECONDS = 10

#: key of ``session.info``: a list of things to announce once the work is committed
AFTER_COMMIT = "after_commit"


@cache
def _engine() -> Engine:
    settings = database.load()
    return create_engine(
        "postgresql+pg8000://",
        creator=lambda: driver.connect(settings),
        # A function serves one request at a time; more connections would only exhaust the server.
        pool_size=1,
        max_overflow=0,
        pool_timeout=_POOL_WAIT_SECONDS,
        pool_pre_ping=True,
        # An error must not quote what was being written.
        hide_parameters=True,
    )


@contextmanager
def transaction() -> Iterator[Session]:
    """A session whose work is committed once, at the end, or not at all.

    A refusal with ``keeps_work`` is committed first and then raised. Database errors, at the commit too, become
    the domain's refusals where they are known.

    :raises DomainError: the body's own refusals and those of ``shared.db.errors``
    """
    with translated(), Session(_engine(), expire_on_commit=False) as session:
        try:
            yield session
        except DomainError as refusal:
            if refusal.keeps_work:
                session.commit()
            raise
        session.commit()


class Transactions:
    """The transactions of one request or message; a use case that calls the outside world has two::

    with transactions() as session:
        intent = write_down(session)
    answer = provider.create(intent)
    with transactions() as session:
        record(session, answer)
    """

    __slots__ = ("committed",)

    def __init__(self) -> None:
        #: what the committed transactions asked to be announced (``session.info[AFTER_COMMIT]``)
        self.committed: list[object] = []

    @contextmanager
    def __call__(self) -> Iterator[Session]:
        with transaction() as session:
            yield session
        self.committed.extend(session.info.pop(AFTER_COMMIT, ()))


def dispose() -> None:
    """Close the connection and forget the settings (tests; a process that changes its database)."""
    if _engine.cache_info().currsize:
        _engine().dispose()
    _engine.cache_clear()
    database.load.cache_clear()
