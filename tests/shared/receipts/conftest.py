from collections.abc import Iterator

import pytest

from shared.adapters.fns.smz import Smz
from tests.adapters.fns.conftest import MASTER_TOKEN, USER_TOKEN, settings
from tests.adapters.outside_standin import Running, running


@pytest.fixture(scope="session")
def fns_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    keys = {"FNS_MASTER_TOKEN": MASTER_TOKEN, "FNS_USER_TOKEN": USER_TOKEN}
    with running("fns", tmp_path_factory.mktemp("fns"), keys) as started:
        yield started


@pytest.fixture
def fns(fns_process: Running) -> Running:
    """The tax service as the process it is."""
    fns_process.delete("faults")
    fns_process.post("processing", times=0)
    fns_process.post("tokens", lifetime_seconds=3600)
    return fns_process


@pytest.fixture
def tax(fns: Running, database: object) -> Smz:
    return Smz(settings(fns))
