"""People's journeys over HTTP on the deployed stack, one at a time: they compare books that all share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.demo import world as worlds
from infra.demo.world import World
from infra.dev import places
from tests.stack import RunningStack


def _reached(stack: RunningStack, folder: Path) -> World:
    told: list[str] = []
    return worlds.reached(stack.env, invoke=stack.invoke, tell=told.append, output=folder)


@pytest.fixture
def world(stack: RunningStack, tmp_path: Path) -> Iterator[World]:
    """The deployed stack as a stranger reaches it; nobody else's journey is on its way meanwhile."""
    with places.locked(stack.folder / "journeys.lock"):
        yield _reached(stack, tmp_path)


@pytest.fixture(scope="session")
def shared_world(stack: RunningStack, tmp_path_factory: pytest.TempPathFactory) -> World:
    """For a journey that several tests look back on; it holds ``journeys.lock`` itself while it is on its way."""
    return _reached(stack, tmp_path_factory.mktemp("journey"))
