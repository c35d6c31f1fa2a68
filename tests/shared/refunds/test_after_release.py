"""What is released comes back from whoever has it: not paid yet, owed since, or the platform's own fee."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from shared.db.session import Transactions
from shared.deals import service as deals
from shared.deals.models import StepStatus
from shared.kernel.clock import utc_now
from shared.kernel.money import Money
from shared.ledger import accounts, refund_flows
from shared.ledger.posting import Cause, Kind, Movement, post
from shared.payments.models import SplitLine
from shared.payouts import release_posting
from shared.payouts.models import Payout, PayoutStatus
from shared.payouts.release_posting import Decided
from shared.payouts.sending import Sender
from shared.ports.payments import OutcomeUnknown
from shared.refunds.errors import DisputedMoneyHeld
from shared.refunds.models import RefundStatus
from tests.shared.payments import fakes
from tests.shared.payments.fakes import FakeCollector, FakePayer
from tests.shared.payments.steps import balance, fund_payouts, pay_step
from tests.shared.payments.world import Cast, a_cast, assert_books_balance, step_of
from tests.shared.payouts.runs import Arrivals, agents_payout, send
from tests.shared.refunds.asking import (
    AGENCY,
    AGENT,
    FEE,
    THIRD,
    VAT,
    WHOLE,
    ask,
    assert_nothing_is_left_of_clients_money,
    held,
    open_tasks,
    owed,
    own_funds,
    part_of,
    payable_of,
    run,
    split_of,
)
from tests.shared.refunds.fakes import FakeRefunder, canceled


def agencys_payout(cast: Cast) -> Payout:
    with Transactions()() as session:
        return session.scalars(
            select(Payout).where(Payout.owner_organization_id == cast.organization_id)
        ).one()


class TestOfMoneyNotPaidOut:
    def test_comes_from_the_owners_and_the_fee(self, refunder: FakeRefunder, cast: Cast) -> None:
        refund = ask(cast)

        assert payable_of(cast, SplitLine.AGENT) == Money.zero()
        assert payable_of(cast, SplitLine.AGENCY) == Money.zero()
        fee = part_of(refund, cast, SplitLine.PLATFORM)
        assert (fee.fee_net_kopecks, fee.fee_vat_kopecks) == (Money(4_918_03), Money(1_081_97))
        assert balance(accounts.platform_fee()) == Money.zero()
        assert balance(accounts.platform_vat()) == Money.zero()
        assert_books_balance()

        assert run(refunder) == {"succeeded": 1}
        assert owed(cast) == Money.zero()
        assert step_of(cast.deal_id).status is StepStatus.RELEASED
        assert_books_balance()

    def test_nobody_is_paid_any_more(
        self, refunder: FakeRefunder, payer: FakePayer, arrivals: Arrivals, cast: Cast
    ) -> None:
        fund_payouts(AGENT)
        ask(cast)

        assert agents_payout(cast).status is PayoutStatus.CANCELLED
        assert agencys_payout(cast).status is PayoutStatus.CANCELLED
        assert send(payer, arrivals) == {}

    def test_a_part_makes_the_payouts_less(
        self, refunder: FakeRefunder, payer: FakePayer, arrivals: Arrivals, cast: Cast
    ) -> None:
        fund_payouts(AGENT)
        payer.plan = fakes.succeeded
        ask(cast, Money(100_000_00))

        send(payer, arrivals)

        (order,) = payer.orders
        assert order.amount == AGENT - THIRD
        assert agencys_payout(cast).amount_kopecks == VAT + AGENCY - Money(18_032_79) - Money(23_990_16)
        assert payable_of(cast, SplitLine.AGENT) == Money.zero()
        assert owed(cast) == Money.zero()
        assert_books_balance()

    def test_three_parts_are_the_whole_and_every_account_is_empty(
        self, refunder: FakeRefunder, cast: Cast
    ) -> None:
        for number in range(3):
            ask(cast, Money(100_000_00))
            assert run(refunder, later=timedelta(minutes=number)) == {"succeeded": 1}
            assert_books_balance()

        assert_nothing_is_left_of_clients_money()
        assert owed(cast) == owed(cast, SplitLine.AGENCY) == Money.zero()
        assert balance(accounts.platform_fee()) == balance(accounts.platform_vat()) == Money.zero()

    def test_what_was_reserved_is_planned_anew(
        self, refunder: FakeRefunder, payer: FakePayer, arrivals: Arrivals, cast: Cast
    ) -> None:
        fund_payouts(AGENT)
        sender = Sender(Transactions(), payer, (), arrivals, utc_now())
        sender._reserve(agents_payout(cast).id)

        refund = ask(cast, Money(100_000_00))

        payout = agents_payout(cast)
        assert (payout.status, payout.amount_kopecks, payout.attempt) == (
            PayoutStatus.PLANNED,
            AGENT - THIRD,
            2,
        )
        assert balance(accounts.payout_in_transit(payout.id)) == Money.zero()
        assert part_of(refund, cast, SplitLine.AGENT).from_payable_kopecks == THIRD
        payer.plan = fakes.succeeded
        assert send(payer, arrivals)["succeeded"] == 1
        assert_books_balance()


class TestOfMoneyHeldForADispute:
    def test_waits_for_the_decision(self, refunder: FakeRefunder, cast: Cast) -> None:
        split_id = split_of(cast, SplitLine.AGENT).id
        with Transactions()() as session:
            refund_flows.dispute_opened(
                session,
                reference="a dispute",
                owner_id=cast.agent_id,
                split_id=split_id,
                amount=AGENT,
                occurred_at=utc_now(),
            )

        with pytest.raises(DisputedMoneyHeld):
            ask(cast)

        assert balance(accounts.dispute_hold(cast.agent_id, split_id)) == AGENT
        assert_books_balance()


class TestOfAStepReleasedInPart:
    @pytest.fixture
    def part_released(self, refunder: FakeRefunder, payer: FakePayer) -> Cast:
        """A third is the owners', two thirds are held."""
        cast = a_cast(hold_days=3)
        pay_step(FakeCollector(), cast)
        own_funds(WHOLE)
        with Transactions()() as session:
            step = deals.step_for_update(session, deal_id=cast.deal_id, step_no=1)
            held_now = release_posting.held_of(session, step)
            release_posting.release(
                session, step, held_now, Money(100_000_00), decided=Decided(), now=utc_now()
            )
        return cast

    def test_what_is_held_goes_first(self, refunder: FakeRefunder, part_released: Cast) -> None:
        ask(part_released, Money(200_000_00))

        assert held(part_released) == Money.zero()
        assert payable_of(part_released, SplitLine.AGENT) == THIRD
        assert_books_balance()

    def test_the_whole_comes_from_both(self, refunder: FakeRefunder, part_released: Cast) -> None:
        refund = ask(part_released)

        part = part_of(refund, part_released, SplitLine.AGENT)
        assert (part.from_hold_kopecks, part.from_payable_kopecks) == (AGENT - THIRD, THIRD)
        assert run(refunder) == {"succeeded": 1}
        assert_nothing_is_left_of_clients_money()
        assert balance(accounts.platform_fee()) == balance(accounts.platform_vat()) == Money.zero()
        assert step_of(part_released.deal_id).status is StepStatus.CANCELLED
        assert_books_balance()


class TestOfMoneyPaidOut:
    @pytest.fixture
    def paid(self, payer: FakePayer, arrivals: Arrivals, cast: Cast) -> Cast:
        fund_payouts(AGENT)
        payer.plan = fakes.succeeded
        send(payer, arrivals)
        return cast

    def test_is_owed_and_the_platform_lends_it(self, refunder: FakeRefunder, paid: Cast) -> None:
        cash = balance(accounts.platform_cash())
        refund = ask(paid)

        assert part_of(refund, paid, SplitLine.AGENT).as_receivable_kopecks == AGENT
        assert owed(paid) == AGENT
        assert cash - balance(accounts.platform_cash()) == AGENT + FEE
        assert open_tasks("refund_to_fund") == ["platform_to_provider"]
        assert_books_balance()
        assert run(refunder) == {"succeeded": 1}
        assert_nothing_is_left_of_clients_money()
        assert_books_balance()

    def test_waits_while_the_platform_has_nothing_to_lend(self, refunder: FakeRefunder, paid: Cast) -> None:
        own_funds_gone = balance(accounts.platform_cash()) - AGENT
        _take_cash(own_funds_gone)

        refund = ask(paid)

        assert (refund.status, refund.wait_reason) == (RefundStatus.AWAITING_COVER, "platform_cash")
        assert owed(paid) == Money.zero()
        assert balance(accounts.refund_in_transit(refund.id)) == Money.zero()
        assert agencys_payout(paid).status is PayoutStatus.CANCELLED
        assert run(refunder, later=timedelta(minutes=16)) == {"awaiting_cover": 1}
        assert refunder.orders == {}
        assert_books_balance()

        own_funds(FEE)
        assert run(refunder, later=timedelta(hours=1)) == {"succeeded": 1}
        assert owed(paid) == AGENT
        assert_books_balance()

    @pytest.mark.parametrize("silence", [None, OutcomeUnknown("timeout")], ids=["sending", "unknown"])
    def test_what_is_on_its_way_counts_as_paid(
        self,
        refunder: FakeRefunder,
        payer: FakePayer,
        arrivals: Arrivals,
        cast: Cast,
        silence: Exception | None,
    ) -> None:
        fund_payouts(AGENT)
        payer.after = silence
        send(payer, arrivals)

        refund = ask(cast, Money(100_000_00))

        assert part_of(refund, cast, SplitLine.AGENT).as_receivable_kopecks == THIRD
        assert agents_payout(cast).amount_kopecks == AGENT
        assert balance(accounts.payout_in_transit(agents_payout(cast).id)) == AGENT
        assert_books_balance()

    def test_a_refund_that_fails_owes_nothing(self, refunder: FakeRefunder, paid: Cast) -> None:
        cash = balance(accounts.platform_cash())
        refunder.plan = canceled("general_decline")
        ask(paid)

        assert run(refunder) == {"failed": 1}

        assert owed(paid) == Money.zero()
        assert balance(accounts.platform_cash()) == cash
        assert payable_of(paid, SplitLine.AGENCY) == VAT + AGENCY
        assert _planned(paid) == [VAT + AGENCY]
        assert_books_balance()


def _planned(cast: Cast) -> list[Money]:
    with Transactions()() as session:
        return list(
            session.scalars(
                select(Payout.amount_kopecks).where(
                    Payout.deal_id == cast.deal_id, Payout.status == PayoutStatus.PLANNED
                )
            )
        )


def _take_cash(amount: Money) -> None:
    """The platform takes its own money out."""
    with Transactions()() as session:
        post(
            session,
            kind=Kind.OWN_FUNDS_IN,
            key=f"taken out:{utc_now().timestamp()}",
            movements=[Movement(accounts.own_funds(), accounts.platform_cash(), amount)],
            occurred_at=utc_now(),
            cause=Cause(),
        )
