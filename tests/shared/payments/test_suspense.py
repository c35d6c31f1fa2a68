"""The bank's messages: what the provider confirms is booked once, whatever the message says."""

import pytest

from shared.db.session import Transactions
from shared.deals import lifecycle
from shared.deals.models import Deal, DealStatus, StepStatus
from shared.kernel.clock import utc_now
from shared.kernel.money import Money
from shared.ledger import accounts
from shared.payments.models import IntentStatus, Payment, PaymentStatus, Split
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.steps import (
    ask_for_link,
    balance,
    hear,
    intent_of,
    only_payment,
    pay_step,
    task_reasons,
)
from tests.shared.payments.world import (
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


class TestSuspense:
    @pytest.mark.parametrize("difference", [-1, 1])
    def test_another_sum_is_never_credited(self, bank: FakeCollector, cast: Cast, difference: int) -> None:
        intent = ask_for_link(bank, cast)
        amount = Money(300_000_00 + difference)
        bank.pay(intent.provider_payment_id or "", amount=amount)

        hear(bank, intent.provider_payment_id or "")

        payment = only_payment()
        assert payment.status is PaymentStatus.SUSPENSE
        assert balance(accounts.suspense(payment.id)) == amount
        assert step_of(cast.deal_id).status is StepStatus.PLANNED
        assert intent_of(intent.id).status is IntentStatus.FAILED
        assert deal_status(cast.deal_id) is DealStatus.SIGNED
        assert task_reasons() == ["amount_mismatch"]
        assert count_of(Split) == 0
        assert_books_balance()

    def test_another_currency_is_a_persons_matter(self, bank: FakeCollector, cast: Cast) -> None:
        intent = ask_for_link(bank, cast)
        bank.pay(intent.provider_payment_id or "", currency="USD")

        hear(bank, intent.provider_payment_id or "")
        hear(bank, intent.provider_payment_id or "")

        assert count_of(Payment) == 0
        assert task_reasons() == ["currency_mismatch"]
        assert intent_of(intent.id).status is IntentStatus.FAILED

    @pytest.mark.parametrize("claimed", [None, "not-an-id", "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e11"])
    def test_money_without_an_intent_waits_apart(
        self, bank: FakeCollector, cast: Cast, claimed: str | None
    ) -> None:
        foreign = bank.foreign(Money(77_00), claimed)
        bank.pay(foreign.provider_id)

        hear(bank, foreign.provider_id)
        hear(bank, foreign.provider_id)

        payment = only_payment()
        assert (payment.status, payment.deal_id) == (PaymentStatus.SUSPENSE, None)
        assert task_reasons() == ["unknown_intent"]
        assert_books_balance()

    def test_a_second_payment_of_a_paid_step(self, bank: FakeCollector, cast: Cast) -> None:
        intent = pay_step(bank, cast)
        second = bank.foreign(Money(300_000_00), str(intent.id))
        bank.pay(second.provider_id)

        hear(bank, second.provider_id)

        assert count_of(Payment, Payment.status == PaymentStatus.SUSPENSE) == 1
        assert balance(accounts.deal_hold(cast.deal_id, 1)) == Money(300_000_00)
        assert intent_of(intent.id).status is IntentStatus.PAID
        assert task_reasons() == ["second_payment"]
        assert_books_balance()

    def test_money_for_a_cancelled_deal(self, bank: FakeCollector, cast: Cast) -> None:
        intent = ask_for_link(bank, cast)
        with Transactions()() as session:
            lifecycle.move(session.get_one(Deal, cast.deal_id), DealStatus.CANCELLED, now=utc_now())
        bank.pay(intent.provider_payment_id or "")

        hear(bank, intent.provider_payment_id or "")

        assert task_reasons() == ["deal_not_payable"]
        assert deal_status(cast.deal_id) is DealStatus.CANCELLED
