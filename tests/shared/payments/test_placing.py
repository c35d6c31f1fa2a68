"""A payment in suspense is credited as if it had come where it was meant for."""

import pytest
from sqlalchemy import select

from shared.db.session import Transactions, transaction
from shared.deals import lifecycle
from shared.deals.errors import DealNotFound, DealNotPayable, StepNotFound
from shared.deals.models import Deal, DealStatus, StepStatus
from shared.kernel.clock import utc_now
from shared.kernel.errors import DomainError
from shared.kernel.identifiers import new_id
from shared.kernel.money import Money, total
from shared.ledger import accounts
from shared.payments.errors import PaymentNotFound, StepNotOpen
from shared.payments.models import BankDeal, IntentStatus, Payment, PaymentStatus, Split, SplitStatus
from shared.payments.placing_errors import NotInSuspense, OfAnotherTerminal, PlacedSumDiffers
from shared.payouts import release
from shared.receipts import income
from shared.receipts.models import Receipt
from shared.tasks.models import OperatorTask
from shared.tasks.tables import TaskStatus
from tests.conftest import TestDatabase
from tests.shared.at_once import at_once
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.steps import ask_for_link, balance, hear, intent_of, pay_step, payment_by
from tests.shared.payments.stray import put, put_by, stray_money
from tests.shared.payments.world import (
    COMMISSION,
    Cast,
    a_cast,
    assert_books_balance,
    count_of,
    deal_status,
    step_of,
)


@pytest.fixture
def cast(bank: FakeCollector) -> Cast:
    return a_cast()


def open_tasks() -> int:
    return count_of(OperatorTask, OperatorTask.status == TaskStatus.OPEN)


class TestPlacing:
    def test_credits_the_step(self, bank: FakeCollector, cast: Cast) -> None:
        payment = put(stray_money(bank), cast)

        assert (payment.status, payment.deal_id) == (PaymentStatus.RECEIVED, cast.deal_id)
        assert balance(accounts.suspense(payment.id)) == Money.zero()
        assert balance(accounts.deal_hold(cast.deal_id, 1)) == COMMISSION
        step = step_of(cast.deal_id)
        assert (step.status, step.paid_at) == (StepStatus.PAID, payment.occurred_at)
        assert deal_status(cast.deal_id) is DealStatus.IN_PROGRESS
        with transaction() as session:
            splits = session.scalars(select(Split).where(Split.payment_id == payment.id)).all()
        assert total([each.amount_kopecks for each in splits]) == COMMISSION
        assert {each.status for each in splits} == {SplitStatus.HELD}
        assert open_tasks() == 0
        assert_books_balance()

    def test_lets_the_step_be_released(self, bank: FakeCollector, cast: Cast) -> None:
        put(stray_money(bank), cast)

        release.release_due(Transactions(), now=utc_now())

        assert step_of(cast.deal_id).status is StepStatus.RELEASED
        assert balance(accounts.deal_hold(cast.deal_id, 1)) == Money.zero()
        assert_books_balance()

    def test_has_the_consequences_of_a_payment(self, bank: FakeCollector) -> None:
        alone = a_cast(agency=False)

        put(stray_money(bank), alone, on_paid=income.of_payment)

        assert count_of(Receipt) == 1

    def test_takes_the_open_link_back(self, bank: FakeCollector, cast: Cast) -> None:
        stray = stray_money(bank)
        link = ask_for_link(bank, cast)

        put(stray, cast)

        assert intent_of(link.id).status is IntentStatus.CANCELLED
        bank.pay(link.provider_payment_id or "")
        hear(bank, link.provider_payment_id or "")
        assert payment_by(link.provider_payment_id or "").status is PaymentStatus.SUSPENSE
        assert balance(accounts.deal_hold(cast.deal_id, 1)) == COMMISSION
        assert_books_balance()

    def test_of_a_second_payment_belongs_to_the_other_step(self, bank: FakeCollector) -> None:
        cast = a_cast(steps=(COMMISSION, COMMISSION))
        link = pay_step(bank, cast)
        second = stray_money(bank, COMMISSION, str(link.id))

        payment = put(second, cast, step_no=2)

        assert payment.intent_id is None
        assert balance(accounts.deal_hold(cast.deal_id, 2)) == COMMISSION
        assert intent_of(link.id).status is IntentStatus.PAID
        assert_books_balance()


class TestRefusing:
    def refused(self, error: type[DomainError], payment: object, cast: Cast, step_no: int = 1) -> None:
        before = open_tasks()
        with pytest.raises(error):
            put(payment, cast, step_no)  # type: ignore[arg-type]
        assert open_tasks() == before
        assert_books_balance()

    @pytest.mark.parametrize("difference", [-1, 1])
    def test_another_sum(self, bank: FakeCollector, cast: Cast, difference: int) -> None:
        self.refused(PlacedSumDiffers, stray_money(bank, Money(300_000_00 + difference)), cast)

    def test_a_paid_step(self, bank: FakeCollector, cast: Cast) -> None:
        pay_step(bank, cast)

        self.refused(StepNotOpen, stray_money(bank), cast)

    def test_a_cancelled_deal(self, bank: FakeCollector, cast: Cast) -> None:
        with transaction() as session:
            lifecycle.move(session.get_one(Deal, cast.deal_id), DealStatus.CANCELLED, now=utc_now())

        self.refused(DealNotPayable, stray_money(bank), cast)

    def test_what_is_placed_already(self, bank: FakeCollector, cast: Cast) -> None:
        stray = stray_money(bank)
        put(stray, cast)

        self.refused(NotInSuspense, stray, a_cast())

    def test_what_nobody_has(self, bank: FakeCollector, cast: Cast) -> None:
        stray = stray_money(bank)

        self.refused(PaymentNotFound, new_id(), cast)
        self.refused(StepNotFound, stray, cast, step_no=9)
        self.refused(DealNotFound, stray, Cast(new_id(), cast.agent_id, cast.client_id, None, None))

    def test_money_of_a_terminal_that_the_deal_never_used(self, bank: FakeCollector, cast: Cast) -> None:
        stray = stray_money(bank)
        with transaction() as session:
            session.get_one(Payment, stray).provider = "another"

        with pytest.raises(OfAnotherTerminal):
            put(stray, cast)

    def test_money_in_another_deals_place_at_the_bank(self, bank: FakeCollector, cast: Cast) -> None:
        stray, other = stray_money(bank), a_cast()
        with transaction() as session:
            payment = session.get_one(Payment, stray)
            payment.bank_deal = "7"
            session.add(
                BankDeal(
                    deal_id=other.deal_id, terminal=payment.provider, bank_deal_id="7", created_at=utc_now()
                )
            )

        with pytest.raises(OfAnotherTerminal):
            put(stray, cast)


class TestRaces:
    def test_two_operators_place_it_once(
        self, bank: FakeCollector, cast: Cast, database: TestDatabase
    ) -> None:
        stray, deals = stray_money(bank), [cast, a_cast()]

        results = at_once(database, 2, lambda session, number: put_by(session, stray, deals[number]).status)

        assert sorted({type(each) for each in results}, key=str) == [NotInSuspense, PaymentStatus]
        held = [balance(accounts.deal_hold(each.deal_id, 1)) for each in deals]
        assert sorted(held) == [Money.zero(), COMMISSION]
        assert_books_balance()
