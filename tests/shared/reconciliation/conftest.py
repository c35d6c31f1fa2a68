import pytest

from shared.audit.service import Actor
from tests.shared.payments.fakes import FakeCollector
from tests.shared.reconciliation.desk import an_operator


@pytest.fixture
def operator(database: object) -> Actor:
    return an_operator()


@pytest.fixture
def bank(database: object) -> FakeCollector:
    return FakeCollector()
