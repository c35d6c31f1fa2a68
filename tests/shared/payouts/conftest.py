import pytest

from tests.shared.payments.fakes import FakePayer
from tests.shared.payments.steps import fund_payouts, pay_and_release
from tests.shared.payments.world import Cast, a_cast
from tests.shared.payouts.runs import AGENTS, Arrivals


@pytest.fixture
def payer(database: object) -> FakePayer:
    """A payer in memory, beside a database of the test's own."""
    return FakePayer()


@pytest.fixture
def arrivals() -> Arrivals:
    return Arrivals()


@pytest.fixture
def cast(payer: FakePayer) -> Cast:
    """A released step whose agent can be paid: the provider has the money."""
    cast = a_cast()
    pay_and_release(cast)
    fund_payouts(AGENTS)
    return cast
