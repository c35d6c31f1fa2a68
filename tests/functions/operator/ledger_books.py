"""Books of three payments, and an operator who reads them."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from shared.kernel.clock import utc_now
from shared.kernel.identifiers import new_id
from shared.kernel.money import Money
from shared.kernel.roles import Role
from shared.ledger import accounts
from shared.ledger.posting import Cause, Kind, Movement, post
from tests.builders import people
from tests.functions.conftest import Signed
from tests.shared.payments.world import sign_in

DAY = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
STEPS = sorted((accounts.deal_hold(new_id(), 1) for _ in range(2)), key=lambda step: step.key)


@pytest.fixture
def operator(app: Session) -> Signed:
    person = people.a_member_of_staff(app, utc_now()).person
    app.commit()
    return sign_in(person.id, Role.OPERATOR)


@pytest.fixture
def books(app: Session) -> None:
    """Three payments, an hour between each: 10 and 30 into one step, 20 into the other."""
    for hour, kopecks, step in ((0, 10, STEPS[0]), (1, 20, STEPS[1]), (2, 30, STEPS[0])):
        post(
            app, kind=Kind.PAYMENT_RECEIVED, key=str(hour), occurred_at=DAY + timedelta(hours=hour), cause=Cause(),
            movements=[Movement(accounts.provider_clearing("yookassa"), step, Money(kopecks))],
        )  # fmt: skip
    app.commit()
