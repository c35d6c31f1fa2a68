import pytest

from tests.shared.payments.fakes import FakePayer
from tests.shared.payments.steps import pay_and_release
from tests.shared.payments.world import Cast, a_cast
from tests.shared.payouts.runs import Arrivals
from tests.shared.refunds.asking import WHOLE, own_funds
from tests.shared.refunds.fakes import FakeRefunder


@pytest.fixture
def refunder(database: object) -> FakeRefunder:
    """A provider in memory, beside a database of the test's own."""
    return FakeRefunder()


@pytest.fixture
def payer(database: object) -> FakePayer:
    return FakePayer()


@pytest.fixture
def arrivals() -> Arrivals:
    return Arrivals()


@pytest.fixture
def cast(refunder: FakeRefunder, payer: FakePayer) -> Cast:
    """A released step; the platform has money to lend."""
    cast = a_cast()
    pay_and_release(cast)
    own_funds(WHOLE)
    return cast
