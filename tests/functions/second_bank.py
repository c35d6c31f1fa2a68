"""T-Bank's stand-in as a process, with the product's settings pointed at it as the only terminal.

A folder's ``conftest.py`` takes the fixtures it needs from here.
"""

import json
from collections.abc import Iterator

import pytest

from shared.config import tbank as settings
from shared.config import terminals
from tests.adapters.tbank.bankside import SOURCE, TERMINALS, BankSide
from tests.adapters.tbank.conftest import running_tbank

__all__ = ["running_tbank", "tbank"]


@pytest.fixture
def tbank(running_tbank: BankSide, database: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[BankSide]:
    monkeypatch.setenv("HOUSLER_TERMINALS", "tbank=tbank")
    monkeypatch.setenv("TBANK_TERMINALS", json.dumps(TERMINALS))
    monkeypatch.setenv("TBANK_URL", f"{running_tbank.url}/v2")
    monkeypatch.setenv("TBANK_WEBHOOK_NETWORKS", f"{SOURCE}/32")
    monkeypatch.setenv("TBANK_TIMEOUT_SECONDS", "2")
    _forget()
    yield running_tbank
    running_tbank.reset()
    _forget()


def _forget() -> None:
    for load in (terminals.load, settings.load_terminals, settings.load_webhook_networks):
        load.cache_clear()
