"""A dispute is decided or taken back: every kopeck goes where it was said, and the deal goes on."""

from contextlib import suppress

import pytest
from sqlalchemy import select

from shared.db.session import Transactions
from shared.deals.models import DealStatus, StepStatus
from shared.disputes.errors import DisputeNotOpen, DisputeTooLarge, NoOpenDispute, NotYourDispute
from shared.disputes.models import DisputeStatus
from shared.disputes.opening import TO_DECIDE
from shared.kernel.money import Money, total
from shared.payments import remains
from shared.payments.models import Split
from shared.payouts.models import Payout, PayoutStatus
from shared.payouts.release_models import ReleaseReason, StepRelease
from shared.refunds.models import Refund, RefundPart, RefundReason, RefundStatus
from tests.shared.disputes.claims import an_operator, decide, dispute_of, open_dispute, unpaid, withdraw
from tests.shared.payments.fakes import FakeCollector, FakePayer
from tests.shared.payments.own_connections import OwnConnections, at_once
from tests.shared.payments.steps import ask_for_link, fund_payouts, hear, pay_and_release, pay_step
from tests.shared.payments.world import Cast, a_cast, assert_books_balance, count_of, deal_status, step_of
from tests.shared.payouts.runs import AGENTS, Arrivals, agents_payout, send
from tests.shared.refunds.asking import held, open_tasks, own_funds

NOTHING = Money.zero()


def refunds() -> list[Refund]:
    with Transactions()() as session:
        return list(session.scalars(select(Refund).order_by(Refund.amount_kopecks)))


def lent() -> Money:
    with Transactions()() as session:
        return total(list(session.scalars(select(RefundPart.as_receivable_kopecks))))


class TestDeciding:
    def test_of_held_money_releases_one_part_and_returns_the_other(self, paid: Cast) -> None:
        dispute_id = open_dispute(paid)

        decide(paid, dispute_id, Money(200_000_00), Money(100_000_00))

        (refund,) = refunds()
        assert (refund.amount_kopecks, refund.reason) == (
            Money(100_000_00),
            RefundReason.DISPUTE_DECISION,
        )
        assert refund.status in {RefundStatus.ACCEPTED, RefundStatus.AWAITING_COVER}
        with Transactions()() as session:
            released = session.scalars(select(StepRelease)).one()
        assert (released.amount_kopecks, released.reason) == (
            Money(200_000_00),
            ReleaseReason.DISPUTE_DECISION,
        )
        assert held(paid) == NOTHING
        assert step_of(paid.deal_id).status is StepStatus.RELEASED
        assert deal_status(paid.deal_id) is DealStatus.IN_PROGRESS
        assert dispute_of(dispute_id).status is DisputeStatus.DECIDED
        assert open_tasks(TO_DECIDE) == []
        assert_books_balance()

    def test_of_released_money_takes_the_clients_part_from_what_is_unpaid(
        self, payer: FakePayer, arrivals: Arrivals
    ) -> None:
        cast = a_cast()
        pay_and_release(cast)
        own_funds(Money(10_000_00))
        dispute_id = open_dispute(cast)

        decide(cast, dispute_id, Money(200_000_00), Money(100_000_00))

        assert lent() == NOTHING
        payable, disputed = unpaid(cast)
        assert (payable, disputed) == (Money(196_000_00), NOTHING)
        with Transactions()() as session:
            planned = session.scalars(select(Payout).where(Payout.status == PayoutStatus.PLANNED)).all()
        assert total([payout.amount_kopecks for payout in planned]) == payable
        assert_books_balance()

    def test_for_the_executor_alone_lets_his_payouts_go_at_once(
        self, payer: FakePayer, arrivals: Arrivals
    ) -> None:
        cast = a_cast()
        pay_and_release(cast)
        fund_payouts(AGENTS)
        dispute_id = open_dispute(cast)
        send(payer, arrivals)

        decide(cast, dispute_id, Money(300_000_00), NOTHING)
        send(payer, arrivals)

        assert [order.amount for order in payer.orders] == [AGENTS]
        assert refunds() == []

    def test_leaves_what_neither_gets_to_the_rules(self, paid: Cast) -> None:
        dispute_id = open_dispute(paid)

        decide(paid, dispute_id, Money(50_000_00), Money(100_000_00))

        assert held(paid) == Money(150_000_00)
        assert step_of(paid.deal_id).status is StepStatus.PAID
        with Transactions()() as session:
            splits = session.scalars(select(Split).where(Split.deal_id == paid.deal_id)).all()
        assert total([remains.held(split) for split in splits]) == Money(150_000_00)

    def test_over_several_steps_is_shared_by_what_is_left_of_them(self, database: object) -> None:
        cast = a_cast(steps=[Money(100_000_00), Money(200_000_00)], hold_days=3)
        bank = FakeCollector()
        for step_no in (1, 2):
            pay_step(bank, cast, step_no)
        dispute_id = open_dispute(cast)

        decide(cast, dispute_id, NOTHING, Money(90_000_00))

        assert [refund.amount_kopecks for refund in refunds()] == [Money(30_000_00), Money(60_000_00)]

    def test_is_about_no_more_than_was_disputed(self, paid: Cast) -> None:
        dispute_id = open_dispute(paid, amount=Money(100_000_00))

        with pytest.raises(DisputeTooLarge):
            decide(paid, dispute_id, Money(50_000_00), Money(50_000_01))

        assert deal_status(paid.deal_id) is DealStatus.DISPUTE

    def test_is_done_once_by_two_operators_at_once(self, paid: Cast) -> None:
        dispute_id = open_dispute(paid)

        operator = an_operator()

        def try_to_decide() -> None:
            with suppress(DisputeNotOpen):
                decide(
                    paid,
                    dispute_id,
                    Money(100_000_00),
                    Money(50_000_00),
                    transactions=OwnConnections(),
                    by=operator,
                )

        at_once(try_to_decide, times=3)

        assert len(refunds()) == 1
        assert count_of(StepRelease) == 1
        assert_books_balance()

    def test_sends_a_deal_back_to_where_its_money_is(self, database: object) -> None:
        """A payment came while the deal that waited for it was in dispute."""
        cast = a_cast(hold_days=3)
        bank = FakeCollector()
        intent = ask_for_link(bank, cast)
        assert deal_status(cast.deal_id) is DealStatus.PAYMENT_PENDING
        dispute_id = open_dispute(cast)
        assert intent.provider_payment_id is not None
        bank.pay(intent.provider_payment_id)
        hear(bank, intent.provider_payment_id)

        decide(cast, dispute_id, NOTHING, NOTHING)

        assert deal_status(cast.deal_id) is DealStatus.IN_PROGRESS


class TestWithdrawing:
    def test_puts_everything_back(self, payer: FakePayer, arrivals: Arrivals) -> None:
        cast = a_cast()
        pay_and_release(cast)
        fund_payouts(AGENTS)
        before = unpaid(cast)
        dispute_id = open_dispute(cast)
        send(payer, arrivals)

        withdraw(cast)
        send(payer, arrivals)

        assert dispute_of(dispute_id).status is DisputeStatus.WITHDRAWN
        assert before == (Money(294_000_00), NOTHING)
        assert agents_payout(cast).status is PayoutStatus.SENDING
        assert_books_balance()

    def test_is_the_openers_alone(self, paid: Cast) -> None:
        open_dispute(paid)

        with pytest.raises(NotYourDispute):
            withdraw(paid, paid.agent)

    def test_needs_an_open_one(self, paid: Cast) -> None:
        with pytest.raises(NoOpenDispute):
            withdraw(paid)

    def test_lets_the_same_money_be_disputed_again(self, payer: FakePayer) -> None:
        cast = a_cast()
        pay_and_release(cast)
        for _ in range(2):
            open_dispute(cast)
            withdraw(cast)

        assert unpaid(cast) == (Money(294_000_00), NOTHING)
        assert_books_balance()
