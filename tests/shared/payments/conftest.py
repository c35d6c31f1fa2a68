import pytest

from tests.shared.payments.fakes import FakeCollector


@pytest.fixture
def bank(database: object) -> FakeCollector:
    """A provider in memory, beside a database of the test's own."""
    return FakeCollector()
