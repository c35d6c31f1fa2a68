from datetime import timedelta

import pytest

from shared.audit.service import Actor
from shared.kernel.clock import moscow_date, utc_now
from tests.shared.payments.fakes import FakeCollector
from tests.shared.reconciliation.desk import an_operator, bring
from tests.shared.reconciliation.files import exchange


@pytest.fixture
def operator(database: object) -> Actor:
    return an_operator()


@pytest.fixture
def bank(database: object) -> FakeCollector:
    return FakeCollector()


@pytest.fixture
def statement(operator: Actor) -> None:
    """Nothing moved on the clients' account on the day of the tests' payments, nor on the days round it."""
    today = moscow_date(utc_now())
    bring(exchange(since=today - timedelta(days=1), until=today + timedelta(days=2)), operator)
