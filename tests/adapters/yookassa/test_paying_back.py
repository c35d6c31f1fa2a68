"""The contract of ``RefundProvider``, against the stand-in as a process of its own."""

from uuid import uuid4

import pytest

from shared.adapters.sbp.yookassa import YooKassaPayments
from shared.adapters.sbp.yookassa_refunds import YooKassaRefunds
from shared.kernel.clock import utc_now
from shared.kernel.money import Money
from shared.ports.payments import OutcomeUnknown, ProviderRefused, RefundOrder, RefundState
from tests.adapters.yookassa.bankside import BankSide, a_payment_order

WHOLE = Money(150_000_00)


@pytest.fixture
def refunds(bank: BankSide) -> YooKassaRefunds:
    return YooKassaRefunds(bank.shop())


@pytest.fixture
def paid(bank: BankSide, payments: YooKassaPayments) -> str:
    made = payments.create(a_payment_order(WHOLE.kopecks), key=str(uuid4()))
    bank.ask(f"payments/{made.provider_id}/pay")
    return made.provider_id


def an_order(payment_id: str, kopecks: int = 50_000_00) -> RefundOrder:
    return RefundOrder(str(uuid4()), payment_id, Money(kopecks), WHOLE, "Возврат по договору", utc_now())


class TestRefund:
    def test_pays_a_part_back_and_the_payment_stays(
        self, refunds: YooKassaRefunds, payments: YooKassaPayments, paid: str, key: str
    ) -> None:
        made = refunds.refund(an_order(paid), key=key)

        assert (made.state, made.amount, made.provider_payment_id) == (
            RefundState.SUCCEEDED,
            Money(50_000_00),
            paid,
        )
        payment = payments.get(paid)
        assert payment is not None
        assert (payment.raw_status, payment.refunded) == ("succeeded", Money(50_000_00))

    def test_is_one_refund_for_one_key(
        self, refunds: YooKassaRefunds, payments: YooKassaPayments, paid: str, key: str
    ) -> None:
        order = an_order(paid)

        assert refunds.refund(order, key=key) == refunds.refund(order, key=key)

        payment = payments.get(paid)
        assert payment is not None
        assert payment.refunded == Money(50_000_00)

    def test_three_parts_are_the_whole_and_a_fourth_is_refused(
        self, refunds: YooKassaRefunds, paid: str, bank: BankSide
    ) -> None:
        for _ in range(3):
            refunds.refund(an_order(paid), key=str(uuid4()))

        with pytest.raises(ProviderRefused, match="invalid_request"):
            refunds.refund(an_order(paid, 1), key=str(uuid4()))
        kept = next(one for one in bank.see("payments") if one["id"] == paid)
        assert (kept["refunded_amount"]["value"], kept["refundable"]) == ("150000.00", False)

    def test_of_an_unpaid_payment_is_refused(
        self, refunds: YooKassaRefunds, payments: YooKassaPayments, key: str
    ) -> None:
        made = payments.create(a_payment_order(), key=str(uuid4()))

        with pytest.raises(ProviderRefused, match="invalid_request"):
            refunds.refund(an_order(made.provider_id), key=key)

    @pytest.mark.parametrize("reason", ["insufficient_funds", "rejected_by_payee"])
    def test_that_is_canceled_says_why(
        self, refunds: YooKassaRefunds, paid: str, key: str, bank: BankSide, reason: str
    ) -> None:
        bank.ask("refunds/plan", plan=reason)

        made = refunds.refund(an_order(paid), key=key)

        assert (made.state, made.cancellation_reason) == (RefundState.CANCELED, reason)

    def test_is_told_by_a_message(
        self, refunds: YooKassaRefunds, payments: YooKassaPayments, paid: str, key: str, bank: BankSide
    ) -> None:
        made = refunds.refund(an_order(paid), key=key)

        (heard,) = bank.ear.wait_for(made.provider_id)

        event = payments.parse(heard.body)
        assert (event.kind, event.object_id) == ("refund.succeeded", made.provider_id)

    @pytest.mark.parametrize("fault", ["error_after", "drop_after", "bad_gateway", "accepted"])
    def test_whose_answer_is_lost_is_unknown_and_made_once(
        self, refunds: YooKassaRefunds, paid: str, key: str, bank: BankSide, fault: str
    ) -> None:
        order = an_order(paid)
        bank.spoil(fault, "refunds.create")

        with pytest.raises(OutcomeUnknown):
            refunds.refund(order, key=key)

        found = refunds.find_refund(order, provider_id=None)
        assert found is not None
        assert refunds.refund(order, key=key) == found

    def test_with_a_new_word_for_its_state_changes_nothing(
        self, refunds: YooKassaRefunds, paid: str, key: str, bank: BankSide
    ) -> None:
        bank.spoil("unknown_status", "refunds.create")

        made = refunds.refund(an_order(paid), key=key)

        assert (made.state, made.raw_status) == (RefundState.UNKNOWN_STATUS, "status_of_tomorrow")


class TestFind:
    def test_finds_it_by_its_id_as_it_is_now(
        self, refunds: YooKassaRefunds, paid: str, key: str, bank: BankSide
    ) -> None:
        bank.ask("refunds/plan", plan="hold")
        order = an_order(paid)
        made = refunds.refund(order, key=key)
        assert made.state is RefundState.PENDING
        bank.ask(f"refunds/{made.provider_id}/succeed")

        found = refunds.find_refund(order, provider_id=made.provider_id)

        assert found is not None
        assert found.state is RefundState.SUCCEEDED

    def test_does_not_take_another_refund_for_ours(
        self, refunds: YooKassaRefunds, paid: str, bank: BankSide
    ) -> None:
        by_hand = bank.ask("refunds/cabinet", payment_id=paid, amount="50000.00")
        other = refunds.refund(an_order(paid), key=str(uuid4()))
        order = an_order(paid)

        assert refunds.find_refund(order, provider_id=None) is None
        assert refunds.find_refund(order, provider_id=by_hand["id"]) is None
        assert refunds.find_refund(order, provider_id=other.provider_id) is None

    def test_an_id_that_is_no_id_is_not_asked_for(self, refunds: YooKassaRefunds, paid: str) -> None:
        assert refunds.find_refund(an_order(paid), provider_id="../payments") is None

    def test_silence_is_not_an_answer(self, refunds: YooKassaRefunds, paid: str, bank: BankSide) -> None:
        bank.spoil("error_before", "refunds.list")

        with pytest.raises(OutcomeUnknown):
            refunds.find_refund(an_order(paid), provider_id=None)
