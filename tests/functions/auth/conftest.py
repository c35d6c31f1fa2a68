from collections.abc import Iterator

import pytest

from tests.adapters.outside_standin import Running
from tests.builders.outside import Outbox, mailing_through, smsru_process, smtp_process, texting_through


@pytest.fixture(scope="session")
def smsru_standin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with smsru_process(tmp_path_factory.mktemp("smsru")) as started:
        yield started


@pytest.fixture(scope="session")
def smtp_standin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with smtp_process(tmp_path_factory.mktemp("smtp")) as started:
        yield started


@pytest.fixture
def sms(smsru_standin: Running, monkeypatch: pytest.MonkeyPatch) -> Iterator[Outbox]:
    with texting_through(smsru_standin, monkeypatch) as outbox:
        yield outbox


@pytest.fixture
def mail(smtp_standin: Running, monkeypatch: pytest.MonkeyPatch) -> Iterator[Outbox]:
    with mailing_through(smtp_standin, monkeypatch) as outbox:
        yield outbox
