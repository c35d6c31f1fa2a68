import pytest

from tests.shared.payments.fakes import FakePayer


@pytest.fixture
def payer(database: object) -> FakePayer:
    """A payer in memory, beside a database of the test's own."""
    return FakePayer()
