"""A passing, migrated PostgreSQL server with the settings of a service, for a measurement."""

import base64
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra import migrate
from infra.dev import postgres
from shared.db import session as database


@contextmanager
def passing(*, durable: bool = False) -> Iterator[postgres.Server]:
    """The server while it is needed; ``DATABASE_URL`` names it, and every key is new and random.

    :param durable: commits wait for the disk, as for money; else what is measured is processor and round trips
    """
    os.environ.update(_settings())
    folder = Path(tempfile.mkdtemp(prefix="housler-bench-"))
    folder.chmod(0o755)  # root's helper user must get to the data, which is closed itself
    try:
        server = postgres.start(folder / "data", durable=durable)
        try:
            migrate.upgrade(server.owner_url)
            os.environ["DATABASE_URL"] = server.app_url
            yield server
        finally:
            database.dispose()
            server.stop()
    finally:
        shutil.rmtree(folder)


def _settings() -> dict[str, str]:
    return {
        "HOUSLER_STAGE": "local",
        "HOUSLER_KEY_RING": _named_keys(),
        "HOUSLER_INDEX_KEYS": _named_keys(),
        "HOUSLER_TOKEN_KEYS": _named_keys(),
        "HOUSLER_CODE_KEY": _key(),
        "HOUSLER_PUBLIC_URL": "http://127.0.0.1",
    }


def _key() -> str:
    return base64.b64encode(os.urandom(32)).decode()


def _named_keys() -> str:
    return json.dumps({"active": "bench", "keys": {"bench": _key()}})
