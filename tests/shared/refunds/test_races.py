"""Refunds, releases and payouts that meet in the database: every kopeck goes one way only."""

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select

from shared.db.session import Transactions
from shared.kernel.clock import utc_now
from shared.kernel.money import Money, total
from shared.ledger import accounts
from shared.payments.models import SplitLine
from shared.payouts import release
from shared.payouts.models import Payout, PayoutStatus
from shared.payouts.set_off_models import SetOff
from shared.refunds.errors import RefundTooLarge
from shared.refunds.models import Refund, RefundReason, RefundStatus
from shared.refunds.requesting import Wanted
from tests.shared.payments import fakes
from tests.shared.payments.fakes import FakeCollector, FakePayer
from tests.shared.payments.own_connections import OwnConnections, at_once
from tests.shared.payments.steps import balance, fund_payouts, pay_and_release, pay_step
from tests.shared.payments.world import Cast, a_cast, assert_books_balance
from tests.shared.payouts.runs import Arrivals, agents_payout, send
from tests.shared.refunds.asking import (
    AGENT,
    FEE,
    THIRD,
    WHOLE,
    ask,
    ask_in,
    held,
    owed,
    own_funds,
    part_of,
    payable_of,
    run,
)
from tests.shared.refunds.fakes import FakeRefunder
from tests.shared.refunds.next_deal import another_of


def both(*works: Callable[[], object]) -> None:
    """Different work in threads that start together; what one raises fails the test."""
    start, failures = Barrier(len(works)), []

    def one(work: Callable[[], object]) -> None:
        start.wait(10)
        try:
            work()
        except Exception as failure:  # noqa: BLE001 -- told by the test's own thread
            failures.append(failure)

    threads = [Thread(target=one, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def in_transit() -> Money:
    with Transactions()() as session:
        ids = session.scalars(select(Refund.id)).all()
    return total([balance(accounts.refund_in_transit(each)) for each in ids])


class TestTwoRefunds:
    @pytest.fixture
    def paid(self, refunder: FakeRefunder) -> Cast:
        cast = a_cast(hold_days=3)
        pay_step(FakeCollector(), cast)
        return cast

    def test_that_are_more_than_the_payment_are_one(self, paid: Cast) -> None:
        refused = at_once(
            lambda: ask(paid, Money(200_000_00), transactions=OwnConnections()),
            times=2,
            expected=RefundTooLarge,
        )

        assert refused == 1
        assert held(paid) == Money(100_000_00)
        assert_books_balance()

    def test_that_fit_are_both_made_and_sum_exactly(self, refunder: FakeRefunder, paid: Cast) -> None:
        at_once(lambda: ask(paid, Money(100_000_00), transactions=OwnConnections()), times=3)

        assert held(paid) == Money.zero()
        assert in_transit() == WHOLE
        assert_books_balance()
        at_once(lambda: run(refunder, transactions=OwnConnections()), times=3)
        # One of a payment is with the provider at a time; the provider answered at once.
        assert len({order.left_before for order in refunder.orders.values()}) == len(refunder.orders)
        assert_books_balance()


class TestARefundAndARelease:
    @pytest.mark.parametrize("amount", [WHOLE, Money(100_000_00)], ids=["whole", "part"])
    def test_divide_the_hold_between_them(self, refunder: FakeRefunder, amount: Money) -> None:
        cast = a_cast()
        pay_step(FakeCollector(), cast)
        own_funds(WHOLE)

        both(
            lambda: ask(cast, amount, transactions=OwnConnections()),
            lambda: release.release_due(OwnConnections(), now=utc_now()),
        )

        owners = payable_of(cast, SplitLine.AGENT) + payable_of(cast, SplitLine.AGENCY)
        fee = balance(accounts.platform_fee()) + balance(accounts.platform_vat())
        assert in_transit() == amount
        assert held(cast) + owners + fee == WHOLE - amount
        with Transactions()() as session:
            planned = session.scalars(
                select(Payout.amount_kopecks).where(Payout.status == PayoutStatus.PLANNED)
            ).all()
        assert total(list(planned)) == owners
        assert_books_balance()


class TestARefundAndAPayout:
    @pytest.mark.parametrize("times", range(3))
    def test_never_take_the_same_money(
        self, refunder: FakeRefunder, payer: FakePayer, arrivals: Arrivals, cast: Cast, times: int
    ) -> None:
        fund_payouts(AGENT)
        payer.plan = fakes.succeeded

        both(
            lambda: ask(cast, transactions=OwnConnections()),
            lambda: send(payer, arrivals, transactions=OwnConnections()),
        )

        with Transactions()() as session:
            (refund,) = session.scalars(select(Refund))
        part = part_of(refund, cast, SplitLine.AGENT)
        paid_out = total([order.amount for order in payer.orders])
        assert part.from_payable_kopecks + part.as_receivable_kopecks == AGENT
        assert paid_out == part.as_receivable_kopecks == owed(cast)
        assert payable_of(cast, SplitLine.AGENT) == Money.zero()
        assert agents_payout(cast).status in {PayoutStatus.SUCCEEDED, PayoutStatus.CANCELLED}
        assert_books_balance()


class TestTwoPayoutsOfADebtor:
    def test_pay_his_debt_once(
        self, refunder: FakeRefunder, payer: FakePayer, arrivals: Arrivals, cast: Cast
    ) -> None:
        fund_payouts(AGENT)
        payer.plan = fakes.succeeded
        send(payer, arrivals)
        ask(cast, Money(100_000_00))
        run(refunder)
        assert owed(cast) == THIRD
        for _ in range(2):
            pay_and_release(another_of(cast, WHOLE))
        fund_payouts(AGENT + AGENT)
        payer.orders.clear()

        at_once(lambda: send(payer, arrivals, transactions=OwnConnections()), times=2)

        assert owed(cast) == Money.zero()
        assert total([order.amount for order in payer.orders]) == AGENT + AGENT - THIRD
        with Transactions()() as session:
            assert session.scalar(select(func.sum(SetOff.amount_kopecks))) == THIRD
        assert_books_balance()


class TestRefundsWithoutEnoughToLend:
    def test_do_not_lend_the_same_roubles_twice(
        self, refunder: FakeRefunder, payer: FakePayer, arrivals: Arrivals, cast: Cast
    ) -> None:
        other = another_of(cast, WHOLE)
        pay_and_release(other)
        fund_payouts(AGENT + AGENT)
        payer.plan = fakes.succeeded
        send(payer, arrivals)
        cash = balance(accounts.platform_cash())
        assert AGENT + FEE < cash < AGENT + FEE + AGENT + FEE

        second = Thread(target=lambda: ask(other, transactions=OwnConnections()))
        with OwnConnections()() as session:
            ask_in(session, cast, Wanted(WHOLE, RefundReason.CLIENT_REQUEST))
            second.start()
            second.join(1)
            assert second.is_alive()  # it waits for what the first one leaves
        second.join(10)

        with Transactions()() as session:
            statuses = sorted(session.scalars(select(Refund.status)))
        assert statuses == [RefundStatus.ACCEPTED, RefundStatus.AWAITING_COVER]
        assert balance(accounts.platform_cash()) == cash - AGENT - FEE
        assert_books_balance()
