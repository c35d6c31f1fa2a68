"""Money that fitted nothing goes back whole."""

from datetime import timedelta
from uuid import UUID

import pytest

from shared.audit.service import SYSTEM
from shared.db.session import Transactions
from shared.kernel.clock import utc_now
from shared.kernel.identifiers import new_id
from shared.kernel.money import Money
from shared.ledger import accounts
from shared.payments.errors import PaymentNotFound
from shared.payments.models import PaymentStatus
from shared.refunds.errors import NothingUnplaced
from shared.refunds.models import Refund, RefundReason, RefundStatus
from shared.refunds.unplaced import return_unplaced
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.steps import balance, hear, only_payment, pay_step
from tests.shared.payments.world import a_cast, a_person, assert_books_balance
from tests.shared.refunds.asking import open_tasks, payment_of, refund_of, run
from tests.shared.refunds.fakes import FakeRefunder, canceled, succeeded

STRAY = Money(5_000_00)


@pytest.fixture
def payment_id(refunder: FakeRefunder) -> UUID:
    bank = FakeCollector()
    stray = bank.foreign(STRAY)
    bank.pay(stray.provider_id)
    hear(bank, stray.provider_id)
    payment = only_payment()
    assert payment.status is PaymentStatus.SUSPENSE
    return payment.id


def send_back(payment_id: UUID) -> Refund:
    with Transactions()() as session:
        operator = a_person(session, now=utc_now())
        return return_unplaced(
            session, payment_id=payment_id, requested_by=operator.id, actor=SYSTEM, now=utc_now()
        )


class TestReturn:
    def test_sends_it_back_whole(self, refunder: FakeRefunder, payment_id: UUID) -> None:
        refund = send_back(payment_id)

        assert (refund.status, refund.reason, refund.deal_id) == (
            RefundStatus.ACCEPTED,
            RefundReason.UNPLACED_PAYMENT,
            None,
        )
        assert balance(accounts.suspense(payment_id)) == Money.zero()
        assert balance(accounts.refund_in_transit(refund.id)) == STRAY
        assert_books_balance()

        assert run(refunder) == {"succeeded": 1}
        assert [order.amount for order in refunder.orders.values()] == [STRAY]
        assert only_payment().status is PaymentStatus.RETURNED
        assert balance(accounts.provider_clearing("yookassa")) == Money.zero()
        assert_books_balance()

    def test_is_made_once(self, payment_id: UUID) -> None:
        send_back(payment_id)

        with pytest.raises(NothingUnplaced):
            send_back(payment_id)

    def test_that_fails_is_in_suspense_again_and_can_be_tried_anew(
        self, refunder: FakeRefunder, payment_id: UUID
    ) -> None:
        refunder.plan = canceled("general_decline")
        refund = send_back(payment_id)
        assert run(refunder) == {"failed": 1}

        assert refund_of(refund.id).failure_reason == "general_decline"
        assert only_payment().status is PaymentStatus.SUSPENSE
        assert balance(accounts.suspense(payment_id)) == STRAY
        assert "return_failed" in open_tasks("payment_in_suspense")
        assert_books_balance()

        refunder.plan = succeeded
        send_back(payment_id)
        assert run(refunder, later=timedelta(minutes=5)) == {"succeeded": 1}
        assert balance(accounts.suspense(payment_id)) == Money.zero()

    def test_is_not_for_money_that_has_its_place(self, refunder: FakeRefunder) -> None:
        cast = a_cast()
        pay_step(FakeCollector(), cast)

        with pytest.raises(NothingUnplaced):
            send_back(payment_of(cast).id)

    def test_of_no_payment_is_refused(self, refunder: FakeRefunder) -> None:
        with pytest.raises(PaymentNotFound):
            send_back(new_id())
