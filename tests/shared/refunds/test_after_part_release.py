"""A step of which a part is released, and then a part goes back."""

import pytest

from shared.db.session import Transactions
from shared.deals import service as deals
from shared.deals.models import StepStatus
from shared.kernel.clock import utc_now
from shared.kernel.money import Money, total
from shared.payments import remains
from shared.payouts import release_posting
from shared.payouts.release_posting import Decided
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.steps import pay_step
from tests.shared.payments.world import Cast, a_cast, assert_books_balance, step_of
from tests.shared.payouts.test_release_posting import splits_of
from tests.shared.refunds.asking import ask, held, own_funds, run
from tests.shared.refunds.fakes import FakeRefunder


@pytest.fixture
def cast(database: object) -> Cast:
    """100 000 ₽ of 300 000 are released, 200 000 held."""
    cast = a_cast(hold_days=30)
    pay_step(FakeCollector(), cast)
    own_funds(Money(100_000_00))
    with Transactions()() as session:
        deals.deal_for_update(session, cast.deal_id)
        step = deals.step_for_update(session, deal_id=cast.deal_id, step_no=1)
        there = release_posting.held_of(session, step)
        release_posting.release(session, step, there, Money(100_000_00), decided=Decided(), now=utc_now())
    return cast


def left(cast: Cast) -> tuple[Money, Money]:
    splits = splits_of(cast)
    return total([remains.held(each) for each in splits]), total([remains.posted(each) for each in splits])


class TestARefund:
    def test_takes_what_is_held_first(self, cast: Cast) -> None:
        ask(cast, Money(50_000_00))

        assert left(cast) == (Money(150_000_00), Money(100_000_00))
        assert held(cast) == Money(150_000_00)
        assert step_of(cast.deal_id).status is StepStatus.PAID
        assert_books_balance()

    def test_of_all_that_is_held_leaves_the_step_released(self, cast: Cast) -> None:
        ask(cast, Money(200_000_00))
        run(FakeRefunder())

        assert left(cast) == (Money.zero(), Money(100_000_00))
        assert held(cast) == Money.zero()
        assert step_of(cast.deal_id).status is StepStatus.RELEASED
        assert_books_balance()

    def test_of_everything_cancels_it(self, cast: Cast) -> None:
        ask(cast, Money(300_000_00))
        run(FakeRefunder())

        assert left(cast) == (Money.zero(), Money.zero())
        assert step_of(cast.deal_id).status is StepStatus.CANCELLED
        assert_books_balance()
