"""The provider's and the tax service's stand-ins as processes, with the product's settings pointed at them.

A folder's ``conftest.py`` takes the fixtures it needs from here.
"""

from collections.abc import Iterator

import pytest

from shared.config import fns as fns_settings
from shared.config import yookassa as yookassa_settings
from tests.adapters.fns.conftest import MASTER_TOKEN, USER_TOKEN, fns_process
from tests.adapters.outside_standin import Running
from tests.adapters.yookassa.bankside import KEYS, BankSide, listening_ear, running_bank

__all__ = ["bank", "bank_process", "fns", "fns_process"]


@pytest.fixture(scope="session")
def bank_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BankSide]:
    with listening_ear() as (ear, url), running_bank(tmp_path_factory.mktemp("bank"), url) as address:
        yield BankSide(address, ear)


@pytest.fixture
def bank(bank_process: BankSide, database: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[BankSide]:
    """The provider, asked over HTTP by its own SDK."""
    monkeypatch.setenv("YOOKASSA_URL", f"{bank_process.url}/v3")
    monkeypatch.setenv("YOOKASSA_TIMEOUT_SECONDS", "2")
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    _forget_settings()
    yield bank_process
    bank_process.reset()
    _forget_settings()


@pytest.fixture
def fns(fns_process: Running, database: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    """The tax service."""
    fns_process.delete("faults")
    fns_process.post("processing", times=0)
    for name, value in {
        "FNS_AUTH_URL": f"{fns_process.url}/open-api/AuthService",
        "FNS_SMZ_URL": f"{fns_process.url}/ais3/smz/SmzIntegrationService",
        "FNS_MASTER_TOKEN": MASTER_TOKEN,
        "FNS_USER_TOKEN": USER_TOKEN,
    }.items():
        monkeypatch.setenv(name, value)
    _forget_settings()
    yield fns_process
    _forget_settings()


def _forget_settings() -> None:
    yookassa_settings.load_shop.cache_clear()
    yookassa_settings.load_gateway.cache_clear()
    yookassa_settings.load_webhook_networks.cache_clear()
    fns_settings.load.cache_clear()
