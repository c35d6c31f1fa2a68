"""Bring the database to the newest migration, as its owner (DATABASE_OWNER_URL).

python -m infra.migrate             upgrade
python -m infra.migrate --check     compare a fresh database with the models and with the committed catalog
python -m infra.migrate --snapshot  write the catalog anew

All but the first start a passing server of their own, unless DATABASE_OWNER_URL names a database.
"""

import argparse
import difflib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from infra.dev import postgres
from infra.migrations import catalog, models
from shared.config import database
from shared.db import connecting

CATALOG = Path(__file__).parent / "migrations" / "catalog.txt"
_VARIABLE = "DATABASE_OWNER_URL"
_STATEMENT_TIMEOUT_MS = 900_000
#: Any constant of ours: two upgrades at once wait for each other.
_UPGRADE_LOCK = 4_205_700


def upgrade(owner_url: str) -> tuple[str | None, str | None]:
    """Run the missing migrations in one database transaction; returns the revisions before and after."""
    with connected(owner_url) as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _UPGRADE_LOCK})
        before = _revision(connection)
        command.upgrade(_config(connection), "head")
        return before, _revision(connection)


def differences(owner_url: str) -> list[str]:
    """What the database, the models and the committed catalog don't agree on, one line each."""
    with connected(owner_url) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found = [str(difference) for difference in compare_metadata(context, models.metadata)]
        actual = catalog.describe(connection)
    committed = CATALOG.read_text() if CATALOG.exists() else ""
    found += difflib.unified_diff(
        committed.splitlines(), actual.splitlines(), "committed", "database", lineterm="", n=0
    )
    return found


def snapshot(owner_url: str) -> str:
    """The catalog of the database as it is committed."""
    with connected(owner_url) as connection:
        return catalog.describe(connection)


@contextmanager
def connected(owner_url: str) -> Iterator[Connection]:
    settings = replace(database.parse(_VARIABLE, owner_url), statement_timeout_ms=_STATEMENT_TIMEOUT_MS)
    engine = create_engine(
        "postgresql+pg8000://", creator=lambda: connecting.connect(settings), poolclass=NullPool
    )
    with engine.begin() as connection:
        yield connection


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


@contextmanager
def _database() -> Iterator[str]:
    """The owner's address of the given database, or of a fresh migrated one that goes away again."""
    given = os.environ.get(_VARIABLE)
    if given:
        yield given
        return
    os.environ.setdefault("HOUSLER_STAGE", "local")
    folder = Path(tempfile.mkdtemp(prefix="housler-migrate-"))
    folder.chmod(0o755)  # root's helper user must get to the data, which is closed itself
    try:
        server = postgres.start(folder / "data", durable=False)
        try:
            upgrade(server.owner_url)
            yield server.owner_url
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m infra.migrate", description=__doc__.splitlines()[0])
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--check", action="store_true", help="compare only")
    choice.add_argument("--snapshot", action="store_true", help="write the committed catalog anew")
    arguments = parser.parse_args()
    if arguments.check:
        return _check()
    if arguments.snapshot:
        with _database() as owner_url:
            CATALOG.write_text(snapshot(owner_url))
        print(f"Wrote {CATALOG.name}.")
        return 0
    given = os.environ.get(_VARIABLE)
    if not given:
        print(f"set {_VARIABLE}", file=sys.stderr)
        return 2
    before, after = upgrade(given)
    print(
        f"The database is at {after}."
        if before == after
        else f"Migrated from {before or 'nothing'} to {after}."
    )
    return 0


def _check() -> int:
    with _database() as owner_url:
        found = differences(owner_url)
    print("\n".join(found) if found else "The database is what the models and the catalog say.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
