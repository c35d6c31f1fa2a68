from collections.abc import Iterator

import pytest

from shared.config import yookassa
from tests.builders.cloud import Cloud
from tests.functions.line import YOOKASSA, Line, running_line
from tests.functions.money import bank, bank_process
from tests.functions.second_bank import running_tbank, tbank

__all__ = ["bank", "bank_process", "running_tbank", "tbank"]


@pytest.fixture
def line(database: object, cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    """Webhook function, queue and worker of a bank's messages."""
    monkeypatch.setenv("YOOKASSA_WEBHOOK_NETWORKS", f"{YOOKASSA}/32")
    yookassa.load_webhook_networks.cache_clear()
    with running_line(cloud) as started:
        yield started
    yookassa.load_webhook_networks.cache_clear()
