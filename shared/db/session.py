"""The engines (one per process and use, one connection each, made on first use) and transactions."""

import select
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, Final

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import Session

from shared.config import database
from shared.db import connecting, driver
from shared.db.errors import translated
from shared.db.raw import let_statements_wait
from shared.db.unit_of_work import UnitOfWork
from shared.kernel.errors import DomainError

_POOL_WAIT_SECONDS = 10
#: A line that was quiet for so long is asked whether it lives: a network may have dropped it without a word.
_QUIET_SECONDS: Final = 60

#: key of ``session.info``: a list of things to announce once the work is committed
AFTER_COMMIT = "after_commit"


@cache
def _engine() -> Engine:
    return _made(read_only=False)


@cache
def _reader() -> Engine:
    """For requests that only read: the database itself refuses a write, and no BEGIN and COMMIT cross the line."""
    return _made(read_only=True)


def _made(*, read_only: bool) -> Engine:
    settings = database.load()
    options: dict[str, Any] = {"isolation_level": "AUTOCOMMIT"} if read_only else {}
    engine = create_engine(
        "postgresql+pg8000://",
        creator=lambda: connecting.connect(settings, read_only=read_only),
        # A function serves one request at a time; more connections would only exhaust the server.
        pool_size=1,
        max_overflow=0,
        pool_timeout=_POOL_WAIT_SECONDS,
        # An error must not quote what was being written.
        hide_parameters=True,
        **options,
    )
    let_statements_wait(engine)
    event.listen(engine, "checkout", _require_alive)
    return engine


def _require_alive(connection: driver.Connection, _record: object, _proxy: object) -> None:
    """Have the pool replace a line that the server has closed meanwhile; this costs no round trip.

    Nobody writes to an idle client but to say goodbye.
    """
    if select.select([connection.line], [], [], 0)[0]:
        raise DisconnectionError
    if time.monotonic() - connection.heard_at > _QUIET_SECONDS and not connection.answers():
        raise DisconnectionError


@contextmanager
def transaction() -> Iterator[Session]:
    """A session whose work is committed once, at the end, or not at all.

    A refusal with ``keeps_work`` is committed first and then raised. Database errors, at the commit too, become
    the domain's refusals where they are known.

    :raises DomainError: the body's own refusals and those of ``shared.db.errors``
    """
    with translated(), UnitOfWork(_engine()) as session:
        try:
            yield session
        except DomainError as refusal:
            if refusal.keeps_work:
                session.commit()
            raise
        session.commit()


@contextmanager
def reading() -> Iterator[Session]:
    """A session that can only read; each statement sees what is committed when it starts.

    :raises DomainError: the body's own refusals and those of ``shared.db.errors``
    """
    with translated(), Session(_reader(), expire_on_commit=False) as session:
        yield session


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
    """Close the connections and forget the settings (tests; a process that changes its database)."""
    for engine in (_engine, _reader):
        if engine.cache_info().currsize:
            engine().dispose()
        engine.cache_clear()
    database.load.cache_clear()
