from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.adapters.sms.smsru import SmsRu
from shared.config.sms import SmsSettings
from tests.adapters.outside_standin import Running, running

API_ID = "00000000-0000-0000-0000-00000000000A"


@pytest.fixture(scope="session")
def smsru_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder: Path = tmp_path_factory.mktemp("smsru")
    with running("smsru", folder, {"SMSRU_API_ID": API_ID}) as started:
        yield started


@pytest.fixture
def smsru(smsru_process: Running) -> Running:
    smsru_process.delete("faults")
    smsru_process.post("clock", seconds=0)
    smsru_process.post("balance", kopecks=500_000)
    smsru_process.post("limit", total=5000)
    return smsru_process


@pytest.fixture
def sender(smsru: Running) -> SmsRu:
    return SmsRu(SmsSettings(base_url=smsru.url, api_id=API_ID, sender="Housler", timeout_seconds=1))
