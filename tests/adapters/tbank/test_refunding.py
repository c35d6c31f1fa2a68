"""What follows from a payment's state, and what doesn't, for a refund whose answer was lost."""

import pytest

from shared.adapters.sbp.tbank import TBankPayments
from shared.adapters.sbp.tbank_refunds import TBankRefunds
from shared.kernel.money import Money
from shared.ports.payments import (
    OutcomeUnknown,
    PaymentOrder,
    ProviderPayment,
    ProviderRefused,
    RefundState,
    Undecided,
)
from tests.adapters.tbank.bankside import BankSide, a_refund
from tests.adapters.tbank.test_collecting import a_receipt
from tests.adapters.yookassa.bankside import wait_until


@pytest.fixture
def paid(payments: TBankPayments, order: PaymentOrder, bank: BankSide) -> ProviderPayment:
    made = payments.create(order, key="unused")
    bank.pay(made.provider_id)
    return made


def refunds_of(bank: BankSide, paid: ProviderPayment) -> list[int]:
    """Sums that the bank was made to pay back, oldest first."""
    return [one["amount"] for one in bank.see("refunds")[::-1] if str(one["payment_id"]) == paid.provider_id]


class TestRepeat:
    def test_under_the_same_id_is_one_refund_where_the_bank_knows_ids(
        self, refunds: TBankRefunds, bank: BankSide, paid: ProviderPayment
    ) -> None:
        order = a_refund(paid, 50_000_00)

        assert refunds.refund(order, key="unused") == refunds.refund(order, key="unused")
        assert refunds_of(bank, paid) == [50_000_00]

    def test_that_the_bank_paid_twice_is_never_told_as_done(
        self, refunds: TBankRefunds, bank: BankSide, paid: ProviderPayment
    ) -> None:
        bank.ask("switches", refund_ids="ignored")
        order = a_refund(paid, 50_000_00)
        refunds.refund(order, key="unused")

        assert refunds.refund(order, key="unused").state is RefundState.UNKNOWN_STATUS


class TestLostAnswer:
    def test_of_a_second_part_stays_unknown(
        self, refunds: TBankRefunds, bank: BankSide, paid: ProviderPayment
    ) -> None:
        refunds.refund(a_refund(paid, 50_000_00), key="unused")
        order = a_refund(paid, 30_000_00, left_before=Money(100_000_00))
        bank.spoil("drop_after", "Cancel")
        with pytest.raises(OutcomeUnknown):
            refunds.refund(order, key="unused")

        with pytest.raises(OutcomeUnknown, match="which_part"):
            refunds.find_refund(order, provider_id=None)
        assert refunds_of(bank, paid) == [50_000_00, 30_000_00]

    @pytest.mark.parametrize(
        ("fault", "state"), [("drop_after", RefundState.SUCCEEDED), ("drop_before", None)]
    )
    def test_of_the_last_part_is_told_by_the_end(
        self,
        refunds: TBankRefunds,
        bank: BankSide,
        paid: ProviderPayment,
        fault: str,
        state: RefundState | None,
    ) -> None:
        refunds.refund(a_refund(paid, 50_000_00), key="unused")
        order = a_refund(paid, 100_000_00, left_before=Money(100_000_00))
        bank.spoil(fault, "Cancel")
        with pytest.raises(OutcomeUnknown):
            refunds.refund(order, key="unused")

        found = refunds.find_refund(order, provider_id=None)

        assert (found and found.state) == state

    def test_without_the_first_sum_a_part_stays_unknown(
        self, refunds: TBankRefunds, bank: BankSide, paid: ProviderPayment
    ) -> None:
        order = a_refund(paid, 50_000_00)._replace(paid=None)
        refunds.refund(order, key="unused")

        with pytest.raises(OutcomeUnknown, match="which_part"):
            refunds.find_refund(order, provider_id=None)

    def test_is_nobodys_while_some_refund_is_on_its_way(
        self, refunds: TBankRefunds, bank: BankSide, paid: ProviderPayment
    ) -> None:
        bank.ask("switches", refunds="later")
        first = a_refund(paid, 50_000_00)
        assert refunds.refund(first, key="unused").state is RefundState.PENDING

        with pytest.raises(OutcomeUnknown, match="whose"):
            refunds.refund(a_refund(paid, 30_000_00, left_before=Money(100_000_00)), key="unused")
        assert refunds_of(bank, paid) == [50_000_00]

    def test_of_a_refund_that_arrived_after_all_is_no_refusal(
        self, refunds: TBankRefunds, bank: BankSide, paid: ProviderPayment
    ) -> None:
        bank.ask("switches", refund_ids="ignored")
        order = a_refund(paid, paid.amount.kopecks)
        refunds.refund(order, key="unused")

        assert refunds.refund(order, key="unused").state is RefundState.SUCCEEDED
        assert refunds_of(bank, paid) == [paid.amount.kopecks]

    def test_of_a_payment_without_money_is_no_refund(
        self, payments: TBankPayments, refunds: TBankRefunds, order: PaymentOrder
    ) -> None:
        made = payments.create(order, key="unused")

        assert refunds.find_refund(a_refund(made, 10_00), provider_id=None) is None

    def test_at_a_status_of_tomorrow_is_not_taken_for_ours(
        self, refunds: TBankRefunds, bank: BankSide, paid: ProviderPayment
    ) -> None:
        bank.spoil("unknown_status", "GetState")

        with pytest.raises(Undecided, match="unknown_status"):
            refunds.find_refund(a_refund(paid, 10_00), provider_id=None)

    def test_that_the_bank_still_works_on_looks_like_none(
        self, refunds: TBankRefunds, bank: BankSide, paid: ProviderPayment
    ) -> None:
        order = a_refund(paid, 50_000_00)
        bank.spoil("done_late", "Cancel", seconds=7)
        with pytest.raises(OutcomeUnknown):
            refunds.refund(order, key="unused")

        assert refunds.find_refund(order, provider_id=None) is None
        wait_until(lambda: refunds_of(bank, paid))
        assert refunds.find_refund(order, provider_id=None) is not None


class TestAKnownRefund:
    def test_at_a_status_of_tomorrow_is_told_as_such(
        self, refunds: TBankRefunds, bank: BankSide, paid: ProviderPayment
    ) -> None:
        order = a_refund(paid, 10_00)
        bank.spoil("unknown_status", "GetState")

        found = refunds.find_refund(order, provider_id=order.refund_id)

        assert found is not None
        assert (found.state, found.raw_status) == (RefundState.UNKNOWN_STATUS, "STATUS_OF_TOMORROW")


class TestAnothersRefund:
    def test_is_not_this_orders(self, refunds: TBankRefunds, bank: BankSide, paid: ProviderPayment) -> None:
        order = a_refund(paid, 50_000_00)

        assert refunds.find_refund(order, provider_id=paid.provider_id) is None
        refunds.refund(order, key="unused")
        assert refunds.find_refund(order, provider_id="another") is None
        assert refunds.find_refund(order, provider_id=order.refund_id) is not None


class TestReceipt:
    def test_goes_with_a_part_and_must_sum_to_it(
        self, refunds: TBankRefunds, bank: BankSide, paid: ProviderPayment
    ) -> None:
        order = a_refund(paid, 50_000_00)

        with pytest.raises(ProviderRefused) as refusal:
            refunds.refund(order._replace(receipt=a_receipt(49_999_99)), key="unused")
        refunds.refund(order._replace(receipt=a_receipt(50_000_00)), key="unused")

        assert refusal.value.code == "334"
        assert refunds_of(bank, paid) == [50_000_00]

    def test_is_left_to_the_bank_for_the_whole(
        self, refunds: TBankRefunds, bank: BankSide, paid: ProviderPayment
    ) -> None:
        order = a_refund(paid, paid.amount.kopecks)._replace(receipt=a_receipt(paid.amount.kopecks))

        refunds.refund(order, key="unused")

        assert "Receipt" not in bank.see("received")[0]["body"]


class TestMessages:
    def test_of_money_back_come_with_each_part_and_the_end(
        self, payments: TBankPayments, refunds: TBankRefunds, bank: BankSide, paid: ProviderPayment
    ) -> None:
        refunds.refund(a_refund(paid, 50_000_00), key="unused")
        refunds.refund(a_refund(paid, 100_000_00, left_before=Money(100_000_00)), key="unused")

        told = [payments.parse(message.body) for message in bank.ear.wait_for(paid.provider_id, 4)]

        kinds = {event.kind for event in told} - {"payment.authorized", "payment.confirmed"}
        assert kinds == {"refund.partial_refunded", "refund.refunded"}
        assert {event.object_id for event in told} == {paid.provider_id}
        assert len({event.key for event in told}) == 4
