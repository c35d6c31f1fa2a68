"""A connection over a relay that counts how often the client waits for the server."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import pg8000
import pytest
from sqlalchemy import Connection, text

from shared.config.database import parse
from shared.db import connecting, driver
from tests.conftest import TestDatabase


class Relay:
    """Passes bytes between a client and the server; counts turns: client's words that follow the server's."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.turns = 0
        self._last_was_server = True
        self._sockets: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def _accept(self) -> None:
        client, _ = self._listener.accept()
        server = socket.create_connection(("127.0.0.1", self._target))
        self._sockets += [client, server]
        for source, sink, is_client in ((client, server, True), (server, client, False)):
            thread = threading.Thread(target=self._pump, args=(source, sink, is_client))
            self._threads.append(thread)
            thread.start()

    def _pump(self, source: socket.socket, sink: socket.socket, is_client: bool) -> None:  # noqa: FBT001
        with contextlib.suppress(OSError):  # the test's end closes the lines under us
            while data := source.recv(65536):
                if is_client and self._last_was_server:
                    self.turns += 1
                self._last_was_server = not is_client
                sink.sendall(data)

    def cut(self) -> None:
        for line in self._sockets:
            with contextlib.suppress(OSError):  # the other side was quicker
                line.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.cut()  # wakes the threads, which closing alone does not
        for thread in self._threads:
            thread.join(timeout=5)
        for line in [*self._sockets, self._listener]:
            line.close()


@pytest.fixture
def relay(database: TestDatabase) -> Iterator[Relay]:
    opened = Relay(parse("DATABASE_URL", database.app_url).port)
    yield opened
    opened.close()


@pytest.fixture
def connection(database: TestDatabase, relay: Relay) -> Iterator[driver.Connection]:
    opened = connecting.connect(replace(parse("DATABASE_URL", database.app_url), port=relay.port))
    opened.autocommit = True
    yield opened
    with contextlib.suppress(pg8000.InterfaceError):  # a test may have cut the line
        opened.close()


@pytest.fixture
def notes(owner: Connection) -> Iterator[Callable[[], list[str]]]:
    """A table with one unique column; what is committed."""
    owner.execute(text("CREATE TABLE notes (body text CONSTRAINT uq_notes_body UNIQUE)"))
    owner.commit()

    def read() -> list[str]:
        owner.rollback()
        return list(owner.execute(text("SELECT body FROM notes ORDER BY body")).scalars())

    yield read
    owner.rollback()
    owner.execute(text("DROP TABLE notes"))
    owner.commit()
