"""A database in which the world lives, copied for each test."""

from collections.abc import Callable, Iterator
from datetime import datetime
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from sqlalchemy import insert

from infra.dev import postgres
from shared.config import auth
from shared.db import session as database_session
from shared.kernel.clock import utc_now
from shared.organizations.bank_models import Bank
from tests.conftest import engine_for
from tests.functions.access import world as worlds
from tests.functions.access.objects import WORDS, Objects, describe
from tests.functions.access.world import World
from tests.functions.money import bank, bank_process

__all__ = ["bank", "bank_process"]


@pytest.fixture(scope="session")
def kept() -> list[tuple[World, Objects]]:
    return []


def _load_banks(owner_url: str) -> None:
    """One bank; the application may only read them."""
    with engine_for(owner_url).begin() as owner:
        owner.execute(insert(Bank).values(bik=WORDS["bik"], name="ПАО Сбербанк", updated_at=utc_now()))


def _peopled(now: datetime) -> tuple[World, Objects]:
    world = worlds.build(now)
    with database_session.transaction() as session:
        return world, describe(session, world, now)


@pytest.fixture(scope="session")
def template_database(
    template_database: str,
    kept: list[tuple[World, Objects]],
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
        _load_banks(urlsplit(postgres_server.owner_url)._replace(path=f"/{name}").geturl())
        kept.append(_peopled(utc_now()))
        database_session.dispose()
        auth.load.cache_clear()
    yield name
    run_statement(f"DROP DATABASE {name}")


@pytest.fixture
def world(database: object, kept: list[tuple[World, Objects]]) -> World:
    """What is in the test's own copy."""
    return kept[0][0]


@pytest.fixture
def objects(kept: list[tuple[World, Objects]]) -> Objects:
    return kept[0][1]


@pytest.fixture
def outside(sms: object, mail: object, bank: object, cloud: object) -> None:
    """Everything that an operation may call."""
