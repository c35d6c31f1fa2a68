"""A debt is taken from what its owner is paid next, and given back when the refund that made it fails."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from shared.db.session import Transactions
from shared.kernel.money import Money
from shared.ledger import accounts
from shared.payments.models import SplitLine
from shared.payouts.models import Payout, PayoutItem
from shared.payouts.set_off_models import SetOff
from shared.refunds.models import RefundStatus
from tests.shared.payments import fakes
from tests.shared.payments.fakes import FakePayer
from tests.shared.payments.steps import balance, fund_payouts, pay_and_release
from tests.shared.payments.world import Cast, assert_books_balance
from tests.shared.payouts.runs import Arrivals, send
from tests.shared.refunds.asking import (
    AGENT,
    THIRD,
    WHOLE,
    ask,
    owed,
    payable_of,
    refund_of,
    run,
)
from tests.shared.refunds.fakes import FakeRefunder, canceled, pending
from tests.shared.refunds.next_deal import another_of


class TestSetOff:
    @pytest.fixture
    def debtor(self, refunder: FakeRefunder, payer: FakePayer, arrivals: Arrivals, cast: Cast) -> Cast:
        """His step was paid out and went back by a third: he owes his part of it."""
        fund_payouts(AGENT)
        payer.plan = fakes.succeeded
        send(payer, arrivals)
        ask(cast, Money(100_000_00))
        run(refunder)
        return cast

    def _earns_again(self, debtor: Cast, *, amount: Money) -> Cast:
        """The same agent's next deal, of which his part is less or more than his debt."""
        again = another_of(debtor, amount)
        pay_and_release(again)
        fund_payouts(amount)
        return again

    def test_a_debt_is_taken_from_the_next_payout(
        self, payer: FakePayer, arrivals: Arrivals, debtor: Cast
    ) -> None:
        again = self._earns_again(debtor, amount=WHOLE)
        cash = balance(accounts.platform_cash())

        assert send(payer, arrivals, later=timedelta(minutes=5))["succeeded"] == 1

        assert payer.orders[-1].amount == AGENT - THIRD
        assert owed(debtor) == Money.zero()
        assert balance(accounts.platform_cash()) - cash == THIRD
        assert payable_of(again, SplitLine.AGENT) == Money.zero()
        with Transactions()() as session:
            (row,) = session.scalars(select(SetOff))
            assert (row.amount_kopecks, row.debt_before_kopecks) == (THIRD, THIRD)
            paid = session.get_one(Payout, row.payout_id)
            items = session.scalars(select(PayoutItem.amount_kopecks).where(PayoutItem.payout_id == paid.id))
            assert (paid.amount_kopecks, list(items)) == (AGENT - THIRD, [AGENT])
        assert_books_balance()

    def test_a_debt_that_is_larger_takes_all_of_it_and_the_income_is_his(
        self, payer: FakePayer, arrivals: Arrivals, debtor: Cast
    ) -> None:
        sent, settled = len(payer.orders), len(arrivals.returned)
        again = self._earns_again(debtor, amount=Money(50_000_00))
        part = payable_of(again, SplitLine.AGENT)

        assert send(payer, arrivals, later=timedelta(minutes=5))["set_off"] == 1

        assert len(payer.orders) == sent
        assert len(arrivals.returned) == settled + 1
        assert owed(debtor) == THIRD - part
        assert payable_of(again, SplitLine.AGENT) == Money.zero()
        assert_books_balance()
        assert send(payer, arrivals, later=timedelta(days=1)).get("set_off") is None

    def test_a_refund_that_fails_after_its_debt_was_paid_is_paid_again(
        self, refunder: FakeRefunder, payer: FakePayer, arrivals: Arrivals, cast: Cast
    ) -> None:
        fund_payouts(AGENT)
        payer.plan = fakes.succeeded
        send(payer, arrivals)
        refunder.plan = pending
        refund = ask(cast, Money(100_000_00))
        run(refunder)
        self._earns_again(cast, amount=WHOLE)
        send(payer, arrivals, later=timedelta(minutes=5))
        assert owed(cast) == Money.zero()

        refunder.finish(canceled("general_decline"))
        assert run(refunder, later=timedelta(hours=1)) == {"failed": 1}

        assert refund_of(refund.id).status is RefundStatus.FAILED
        assert owed(cast) == Money.zero()
        assert payable_of(cast, SplitLine.AGENT) == THIRD
        assert_books_balance()
        fund_payouts(THIRD)
        assert send(payer, arrivals, later=timedelta(hours=2))["succeeded"] == 1
        assert payer.orders[-1].amount == THIRD
        assert_books_balance()
