"""A database in which the world lives, copied for each test."""

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from infra.dev import postgres
from shared.config import auth
from shared.db import session as database_session
from shared.kernel.clock import utc_now
from tests.access import world as worlds
from tests.access.world import World
from tests.functions.conftest import (
    cloud,
    mail,
    running_cloud_of_the_run,
    sms,
    smsru_standin,
    smtp_standin,
)
from tests.functions.money import bank, bank_process

__all__ = [
    "bank",
    "bank_process",
    "cloud",
    "mail",
    "running_cloud_of_the_run",
    "sms",
    "smsru_standin",
    "smtp_standin",
]


@pytest.fixture(scope="session")
def kept_world() -> list[World]:
    return []


@pytest.fixture(scope="session")
def template_database(
    template_database: str,
    kept_world: list[World],
    postgres_server: postgres.Server,
    run_statement: Callable[[str], None],
) -> Iterator[str]:
    """In place of the empty one of all other tests."""
    name = f"housler_world_{uuid4().hex[:12]}"
    run_statement(f"CREATE DATABASE {name} OWNER {postgres.OWNER} TEMPLATE {template_database}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", urlsplit(postgres_server.app_url)._replace(path=f"/{name}").geturl())
        patch.setenv("HOUSLER_ACCESS_TOKEN_SECONDS", "3600")
        auth.load.cache_clear()
        database_session.dispose()
        kept_world.append(worlds.build(utc_now()))
        database_session.dispose()
        auth.load.cache_clear()
    yield name
    run_statement(f"DROP DATABASE {name}")


@pytest.fixture
def world(database: object, kept_world: list[World]) -> World:
    """What is in the test's own copy."""
    return kept_world[0]


@pytest.fixture
def outside(sms: object, mail: object, bank: object, cloud: object) -> None:
    """Everything that an operation may call."""
