"""One PostgreSQL per run (and per xdist worker), one migrated template, a fresh database per test that asks."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from infra import migrate
from infra.dev import postgres
from shared.config import database as database_settings
from shared.db import connecting, driver, session
from tests import settings

#: The fixture ``stack``, and the end of what it starts.
pytest_plugins = ["tests.stack"]

_ROOM_BYTES = 2 * 1024**3


def pytest_configure() -> None:
    settings.put()


@pytest.fixture(autouse=True)
def fresh_settings() -> Iterator[None]:
    """What one test sets, the next doesn't see."""
    settings.forget()
    yield
    settings.forget()


@dataclass(frozen=True, slots=True)
class TestDatabase:
    """Addresses of one database as the three roles."""

    __test__ = False

    app_url: str = field(repr=False)
    owner_url: str = field(repr=False)
    admin_url: str = field(repr=False)


def connector_for(url: str) -> Callable[[], driver.Connection]:
    settings = database_settings.parse("DATABASE_URL", url)
    return lambda: connecting.connect(settings)


def engine_for(url: str) -> Engine:
    """An engine without a pool: a connection closes when its test closes it."""
    return create_engine("postgresql+pg8000://", creator=connector_for(url), poolclass=NullPool)


def _fast_folder() -> Path | None:
    """Memory, where there is enough: a new database is then made ten times as fast; None is the usual place."""
    memory = Path("/dev/shm")  # noqa: S108 -- a folder with a name of its own is made in it
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > _ROOM_BYTES
    return memory if roomy else None


def _named(url: str, database: str) -> str:
    return urlsplit(url)._replace(path=f"/{database}").geturl()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """The server at DATABASE_URL (an administrator's address) if given, else one of our own in a passing folder."""
    given = os.environ.get("DATABASE_URL")
    folder = Path(tempfile.mkdtemp(prefix="housler-tests-", dir=_fast_folder()))
    folder.chmod(0o755)  # root's helper user must get to the data, which is closed itself
    # Workers that share a given server share its roles' passwords too, and set them one after another.
    shared_folder = Path(tempfile.gettempdir()) / f"housler-tests-{os.getuid()}"
    shared_folder.mkdir(mode=0o700, exist_ok=True)
    with open(shared_folder / "lock", "w") as lock:  # noqa: PTH123 -- held open for the lock
        fcntl.flock(lock, fcntl.LOCK_EX)
        place = (shared_folder if given else folder) / "data"
        server = postgres.start(place, url=given, durable=False)
    yield server
    server.stop()
    shutil.rmtree(folder)


class Administrator:
    """Runs one statement at a time outside of a transaction."""

    def __init__(self, url: str) -> None:
        self._connection = connecting.connect(database_settings.parse("DATABASE_URL", url))
        self._connection.autocommit = True

    def run(self, statement: str) -> None:
        self._connection.cursor().execute(statement)

    def close(self) -> None:
        self._connection.close()


@pytest.fixture(scope="session")
def run_statement(postgres_server: postgres.Server) -> Iterator[Callable[[str], None]]:
    administrator = Administrator(postgres_server.admin_url)
    yield administrator.run
    administrator.close()


@pytest.fixture(scope="session")
def drop_later(postgres_server: postgres.Server) -> Iterator[Callable[[str], None]]:
    """Drop a database beside the tests: it waits for a checkpoint, which no test needs to wait for."""
    administrator = Administrator(postgres_server.admin_url)
    pending: list[Future[None]] = []
    with ThreadPoolExecutor(1) as pool:
        yield lambda name: pending.append(
            pool.submit(administrator.run, f"DROP DATABASE {name} WITH (FORCE)")
        )
        for drop in pending:
            drop.result()
    administrator.close()


@pytest.fixture(scope="session")
def template_database(
    postgres_server: postgres.Server, run_statement: Callable[[str], None]
) -> Iterator[str]:
    name = f"housler_template_{uuid4().hex[:12]}"
    run_statement(f"CREATE DATABASE {name} OWNER {postgres.OWNER} TEMPLATE template0 ENCODING 'UTF8'")
    migrate.upgrade(_named(postgres_server.owner_url, name))
    yield name
    run_statement(f"DROP DATABASE {name}")


@pytest.fixture
def database(
    postgres_server: postgres.Server,
    run_statement: Callable[[str], None],
    drop_later: Callable[[str], None],
    template_database: str,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[TestDatabase]:
    """A fresh migrated database; the product's engine is pointed at it as the application role."""
    name = f"housler_test_{uuid4().hex[:12]}"
    run_statement(
        f"CREATE DATABASE {name} OWNER {postgres.OWNER} TEMPLATE {template_database} STRATEGY file_copy"
    )
    addresses = TestDatabase(
        app_url=_named(postgres_server.app_url, name),
        owner_url=_named(postgres_server.owner_url, name),
        admin_url=_named(postgres_server.admin_url, name),
    )
    monkeypatch.setenv("DATABASE_URL", addresses.app_url)
    session.dispose()
    yield addresses
    session.dispose()
    drop_later(name)


@pytest.fixture
def connect(database: TestDatabase) -> Iterator[Callable[[str], Connection]]:
    """More connections to the test's database: ``connect("app")``, ``connect("owner")``, ``connect("admin")``."""
    urls = {"app": database.app_url, "owner": database.owner_url, "admin": database.admin_url}
    with ExitStack() as opened:
        yield lambda role: opened.enter_context(engine_for(urls[role]).connect())


@pytest.fixture
def owner(connect: Callable[[str], Connection]) -> Connection:
    """A connection as the role that owns the tables."""
    return connect("owner")


@pytest.fixture
def administrator(connect: Callable[[str], Connection]) -> Connection:
    """A connection as a superuser."""
    return connect("admin")


@pytest.fixture
def app(database: TestDatabase) -> Iterator[Session]:
    """A session as the application role, beside the product's own engine; what isn't committed is rolled back."""
    with Session(engine_for(database.app_url), expire_on_commit=False) as opened:
        yield opened
