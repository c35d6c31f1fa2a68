import pytest

from tests.shared.payments.fakes import DEALS, FakeCollector


@pytest.fixture
def bank(database: object) -> FakeCollector:
    """A provider in memory, beside a database of the test's own."""
    return FakeCollector()


@pytest.fixture
def deals_bank(database: object) -> FakeCollector:
    """One that can take a link back."""
    return FakeCollector(capabilities=DEALS)
