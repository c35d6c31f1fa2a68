import pytest

from tests.shared.payments.fakes import FakeCollector, FakePayer
from tests.shared.payments.steps import pay_step
from tests.shared.payments.world import Cast, a_cast
from tests.shared.payouts.runs import Arrivals


@pytest.fixture
def payer(database: object) -> FakePayer:
    """A payer in memory, beside a database of the test's own."""
    return FakePayer()


@pytest.fixture
def arrivals() -> Arrivals:
    return Arrivals()


@pytest.fixture
def paid(database: object) -> Cast:
    """A step that is paid and held for three days more."""
    cast = a_cast(hold_days=3)
    pay_step(FakeCollector(), cast)
    return cast
