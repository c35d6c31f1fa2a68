from collections.abc import Iterator

import pytest

from shared.adapters.fns.smz import Smz
from shared.config.fns import FnsSettings
from tests.adapters.outside_standin import Running, running

MASTER_TOKEN = "master-of-tests"
USER_TOKEN = "dXNlcg=="
ALL_FOUR = ("INCOME_REGISTRATION", "INCOME_LIST", "INCOME_SUMMARY", "CANCEL_INCOME")


def settings(fns: Running, **changes: str) -> FnsSettings:
    return FnsSettings(
        auth_url=changes.get("auth_url", f"{fns.url}/open-api/AuthService"),
        smz_url=changes.get("smz_url", f"{fns.url}/ais3/smz/SmzIntegrationService"),
        master_token=changes.get("master_token", MASTER_TOKEN),
        user_token=changes.get("user_token", USER_TOKEN),
        timeout_seconds=1,
    )


@pytest.fixture(scope="session")
def fns_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    keys = {"FNS_MASTER_TOKEN": MASTER_TOKEN, "FNS_USER_TOKEN": USER_TOKEN}
    with running("fns", tmp_path_factory.mktemp("fns"), keys) as started:
        yield started


@pytest.fixture
def fns(fns_process: Running) -> Running:
    fns_process.delete("faults")
    fns_process.post("clock", seconds=0)
    fns_process.post("processing", times=0)
    fns_process.post("tokens", lifetime_seconds=3600)
    return fns_process


@pytest.fixture
def smz(fns: Running) -> Smz:
    return Smz(settings(fns))
