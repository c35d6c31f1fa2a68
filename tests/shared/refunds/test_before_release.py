"""Money that is still held goes back, and a release posts what remains."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from shared.db.session import Transactions
from shared.deals.models import Deal, DealStatus, StepStatus
from shared.kernel.clock import utc_now
from shared.kernel.money import Money, total
from shared.ledger import accounts, balances, flows
from shared.ledger.posting import Cause, Kind, Movement, post
from shared.payments.models import Split, SplitLine
from shared.payouts import release
from shared.payouts.models import Payout
from shared.refunds.models import RefundStatus
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.steps import balance, fund_payouts, pay_step
from tests.shared.payments.world import Cast, a_cast, assert_books_balance, step_of
from tests.shared.refunds.asking import (
    AGENCY,
    AGENT,
    FEE,
    VAT,
    WHOLE,
    ask,
    held,
    open_tasks,
    own_funds,
    part_of,
    payable_of,
    refund_of,
    run,
    split_of,
)
from tests.shared.refunds.fakes import FakeRefunder, canceled, pending, succeeded


@pytest.fixture
def cast(refunder: FakeRefunder) -> Cast:
    """A paid step with nothing released."""
    cast = a_cast(hold_days=3)
    pay_step(FakeCollector(), cast)
    return cast


def release_all() -> None:
    release.release_due(Transactions(), now=utc_now() + timedelta(days=4))


class TestAWholeRefund:
    def test_takes_all_of_the_hold_and_pays_it_back(self, refunder: FakeRefunder, cast: Cast) -> None:
        refund = ask(cast)

        assert refund.status is RefundStatus.ACCEPTED
        assert held(cast) == Money.zero()
        assert balance(accounts.refund_in_transit(refund.id)) == WHOLE
        assert_books_balance()

        assert run(refunder) == {"succeeded": 1}

        (order,) = refunder.orders.values()
        assert (order.refund_id, order.amount, order.left_before) == (str(refund.id), WHOLE, WHOLE)
        assert balance(accounts.refund_in_transit(refund.id)) == Money.zero()
        assert refund_of(refund.id).final_at is not None
        assert_books_balance()

    def test_cancels_the_step(self, refunder: FakeRefunder, cast: Cast) -> None:
        ask(cast)
        assert step_of(cast.deal_id).status is StepStatus.PAID

        run(refunder)

        assert step_of(cast.deal_id).status is StepStatus.CANCELLED

    def test_leaves_nothing_to_release(self, refunder: FakeRefunder, cast: Cast) -> None:
        ask(cast)
        release_all()

        assert step_of(cast.deal_id).status is StepStatus.PAID
        with Transactions()() as session:
            assert session.scalars(select(Payout)).all() == []

    def test_ends_a_deal_that_is_being_cancelled(self, refunder: FakeRefunder, cast: Cast) -> None:
        with Transactions()() as session:
            session.get_one(Deal, cast.deal_id).status = DealStatus.CANCELLING
        ask(cast)

        run(refunder)

        with Transactions()() as session:
            assert session.get_one(Deal, cast.deal_id).status is DealStatus.CANCELLED

    def test_takes_from_the_bank_only_what_the_provider_lacks(
        self, refunder: FakeRefunder, cast: Cast
    ) -> None:
        """The provider kept its charge, for which the platform had made up at the bank."""
        charge = WHOLE.share(70)
        assert balance(accounts.client_bank()) == charge
        ask(cast)
        run(refunder)

        assert balance(accounts.client_bank()) == Money.zero()
        assert balance(accounts.provider_clearing("yookassa")) == Money.zero()
        assert open_tasks("refund_to_fund") == ["bank_to_provider"]


class TestAPartialRefund:
    def test_takes_from_every_part_by_what_remains(self, refunder: FakeRefunder, cast: Cast) -> None:
        refund = ask(cast, Money(100_000_00))

        taken = [part_of(refund, cast, line).from_hold_kopecks for line in _LINES]

        assert taken == [Money(18_032_79), Money(2_000_00), Money(23_990_16), Money(55_977_05)]
        assert held(cast) == Money(200_000_00)

    def test_three_are_the_whole(self, refunder: FakeRefunder, cast: Cast) -> None:
        for number in range(3):
            ask(cast, Money(100_000_00))
            assert run(refunder, later=timedelta(minutes=number)) == {"succeeded": 1}
            assert_books_balance()

        assert [order.left_before for order in refunder.orders.values()] == [
            Money(300_000_00),
            Money(200_000_00),
            Money(100_000_00),
        ]
        for line, amount in zip(_LINES, (VAT, FEE, AGENCY, AGENT), strict=True):
            assert split_of(cast, line).refunded_held_kopecks == amount
        assert held(cast) == Money.zero()
        assert step_of(cast.deal_id).status is StepStatus.CANCELLED

    def test_leaves_the_rest_to_be_released(self, refunder: FakeRefunder, cast: Cast) -> None:
        ask(cast, Money(100_000_00))
        release_all()

        assert payable_of(cast, SplitLine.AGENT) == AGENT - Money(55_977_05)
        assert payable_of(cast, SplitLine.AGENCY) == VAT + AGENCY - Money(18_032_79) - Money(23_990_16)
        fee = balance(accounts.platform_fee()) + balance(accounts.platform_vat())
        assert fee == FEE - Money(2_000_00)
        assert held(cast) == Money.zero()
        with Transactions()() as session:
            payouts = session.scalars(select(Payout.amount_kopecks)).all()
        assert sorted(payouts) == sorted(
            [payable_of(cast, SplitLine.AGENT), payable_of(cast, SplitLine.AGENCY)]
        )
        assert_books_balance()

    def test_of_the_same_payment_waits_for_the_one_on_its_way(
        self, refunder: FakeRefunder, cast: Cast
    ) -> None:
        refunder.plan = pending
        ask(cast, Money(100_000_00))
        ask(cast, Money(50_000_00))

        assert run(refunder) == {"sending": 1, "accepted": 1}

        refunder.finish()
        refunder.plan = succeeded
        assert run(refunder, later=timedelta(hours=1)) == {"succeeded": 2}


class TestARefundThatFails:
    def test_is_undone_whole(self, refunder: FakeRefunder, cast: Cast) -> None:
        bank = balance(accounts.client_bank())
        refunder.plan = canceled("general_decline")
        refund = ask(cast)

        assert run(refunder) == {"failed": 1}

        assert refund_of(refund.id).failure_reason == "general_decline"
        assert held(cast) == WHOLE
        assert balance(accounts.refund_in_transit(refund.id)) == Money.zero()
        assert balance(accounts.client_bank()) == bank
        assert open_tasks("refund_failed") == ["general_decline"]
        with Transactions()() as session:
            gone = session.scalars(select(Split.refunded_held_kopecks)).all()
        assert total(list(gone)) == Money.zero()
        assert_books_balance()

    def test_can_be_asked_for_again(self, refunder: FakeRefunder, cast: Cast) -> None:
        refunder.plan = canceled("general_decline")
        ask(cast)
        run(refunder)

        refunder.plan = succeeded
        ask(cast)

        assert run(refunder) == {"succeeded": 1}
        assert held(cast) == Money.zero()

    def test_after_the_rest_was_released_has_its_part_released_too(
        self, refunder: FakeRefunder, cast: Cast
    ) -> None:
        refunder.plan = canceled("general_decline")
        ask(cast, Money(100_000_00))
        release_all()
        run(refunder)
        assert held(cast) == Money(100_000_00)

        release_all()

        assert held(cast) == Money.zero()
        assert payable_of(cast, SplitLine.AGENT) == AGENT
        assert step_of(cast.deal_id).status is StepStatus.RELEASED
        assert_books_balance()

    def test_for_want_of_money_waits_and_is_asked_anew(self, refunder: FakeRefunder, cast: Cast) -> None:
        refunder.plan = canceled("insufficient_funds")
        refund = ask(cast)

        assert run(refunder) == {"awaiting_cover": 1}

        waiting = refund_of(refund.id)
        assert (waiting.wait_reason, waiting.attempt) == ("provider_lacks_money", 2)
        assert open_tasks("refund_waits") == ["provider_lacks_money"]
        assert balance(accounts.refund_in_transit(refund.id)) == WHOLE
        assert run(refunder, later=timedelta(minutes=5)) == {}

        refunder.plan = succeeded
        assert run(refunder, later=timedelta(minutes=16)) == {"succeeded": 1}
        assert len(refunder.keys) == 2
        assert_books_balance()


class TestCover:
    def test_a_refund_waits_while_clients_money_is_not_all_there(
        self, refunder: FakeRefunder, cast: Cast
    ) -> None:
        def move(debit: accounts.Account, credit: accounts.Account, key: str) -> None:
            with Transactions()() as session:
                post(
                    session,
                    kind=Kind.FEE_SWEPT,
                    key=key,
                    movements=[Movement(debit, credit, Money(1))],
                    occurred_at=utc_now(),
                    cause=Cause(),
                )

        move(accounts.platform_cash(), accounts.client_bank(), "a kopeck too much was swept")
        refund = ask(cast)
        assert refund.status is RefundStatus.AWAITING_COVER
        assert held(cast) == WHOLE
        assert run(refunder, later=timedelta(minutes=16)) == {"awaiting_cover": 1}
        assert refunder.orders == {}
        assert open_tasks("refund_waits") == ["not_covered"]

        move(accounts.client_bank(), accounts.platform_cash(), "and was brought back")
        assert run(refunder, later=timedelta(hours=1)) == {"succeeded": 1}
        with Transactions()() as session:
            assert balances.cover(session).holds

    def test_what_the_bank_cannot_fill_up_waits(self, refunder: FakeRefunder, cast: Cast) -> None:
        # The money left for the payouts: neither the provider that collected nor the bank has it.
        fund_payouts(WHOLE, settled=WHOLE - WHOLE.share(70))
        own_funds(WHOLE)
        ask(cast)

        assert run(refunder) == {"awaiting_cover": 1}
        assert open_tasks("refund_waits") == ["not_funded"]
        assert refunder.orders == {}

    def test_what_is_on_its_way_already_is_not_counted_twice(
        self, refunder: FakeRefunder, cast: Cast
    ) -> None:
        other = a_cast(hold_days=3)
        pay_step(FakeCollector(), other)
        charges = WHOLE.share(70) + WHOLE.share(70)
        with Transactions()() as session:
            flows.provider_settled(
                session, provider="yookassa", reference="1", net=WHOLE - charges, occurred_at=utc_now()
            )
        assert balance(accounts.provider_clearing("yookassa")) == WHOLE
        refunder.plan = pending
        ask(cast)
        ask(other)

        assert run(refunder) == {"sending": 2}

        # The provider had enough for one of them: the other's money is brought from the bank.
        assert balance(accounts.provider_clearing("yookassa")) == WHOLE + WHOLE
        assert balance(accounts.client_bank()) == Money.zero()
        assert_books_balance()


_LINES = (SplitLine.VAT, SplitLine.PLATFORM, SplitLine.AGENCY, SplitLine.AGENT)
