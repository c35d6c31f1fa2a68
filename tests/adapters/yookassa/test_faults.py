"""Whatever breaks between us and the bank ends as "nobody knows", and the same key sets it right."""

import socket
import time
from dataclasses import replace

import pytest

from shared.adapters.payouts.yookassa import YooKassaPayouts
from shared.adapters.sbp.yookassa import YooKassaPayments
from shared.ports.payments import OutcomeUnknown, PaymentOrder, PaymentState
from shared.ports.payouts import PayoutOrder, PayoutState
from tests.adapters.yookassa.bankside import BankSide

DONE_BUT_UNTOLD = ["error_after", "drop_after", "bad_gateway", "accepted"]
NOT_DONE = ["error_before", "drop_before"]


class TestPaymentCreate:
    @pytest.mark.parametrize("kind", DONE_BUT_UNTOLD)
    def test_whose_answer_was_lost_is_found(
        self, payments: YooKassaPayments, order: PaymentOrder, key: str, bank: BankSide, kind: str
    ) -> None:
        bank.spoil(kind, "payments.create")
        with pytest.raises(OutcomeUnknown):
            payments.create(order, key=key)

        found = payments.find(order.intent_id, created_after=order.created_at)

        assert found is not None
        assert payments.create(order, key=key) == found

    @pytest.mark.parametrize("kind", NOT_DONE)
    def test_that_did_not_happen_is_repeated(
        self, payments: YooKassaPayments, order: PaymentOrder, key: str, bank: BankSide, kind: str
    ) -> None:
        bank.spoil(kind, "payments.create")
        with pytest.raises(OutcomeUnknown):
            payments.create(order, key=key)
        assert payments.find(order.intent_id, created_after=order.created_at) is None

        assert payments.create(order, key=key).state is PaymentState.PENDING

    @pytest.mark.parametrize("kind", ["hang_before", "hang_after"])
    def test_of_a_silent_bank_ends_within_the_timeout(
        self, order: PaymentOrder, key: str, bank: BankSide, kind: str
    ) -> None:
        bank.spoil(kind, "payments.create", seconds=4)
        started = time.monotonic()

        with pytest.raises(OutcomeUnknown, match="ReadTimeout"):
            YooKassaPayments(bank.shop(timeout_seconds=1)).create(order, key=key)

        assert time.monotonic() - started < 3.5

    def test_of_an_absent_bank_is_unknown(self, order: PaymentOrder, key: str, bank: BankSide) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))  # bound and not listening: refuses
            account = replace(bank.shop(), base_url=f"http://127.0.0.1:{taken.getsockname()[1]}/v3")

            with pytest.raises(OutcomeUnknown, match="ConnectionError"):
                YooKassaPayments(account).create(order, key=key)

    def test_survives_a_field_of_tomorrow(
        self, payments: YooKassaPayments, order: PaymentOrder, key: str, bank: BankSide
    ) -> None:
        bank.spoil("extra_field", "payments.create")

        assert payments.create(order, key=key).state is PaymentState.PENDING

    def test_keeps_a_status_of_tomorrow_as_it_came(
        self, payments: YooKassaPayments, order: PaymentOrder, key: str, bank: BankSide
    ) -> None:
        bank.spoil("unknown_status", "payments.create")

        payment = payments.create(order, key=key)

        assert payment.state is PaymentState.UNKNOWN_STATUS
        assert payment.raw_status == "status_of_tomorrow"


class TestReading:
    @pytest.mark.parametrize("kind", [*DONE_BUT_UNTOLD, *NOT_DONE])
    def test_a_payment_without_an_answer_is_not_a_missing_payment(
        self, payments: YooKassaPayments, order: PaymentOrder, key: str, bank: BankSide, kind: str
    ) -> None:
        made = payments.create(order, key=key)
        bank.spoil(kind, "payments.get")

        with pytest.raises(OutcomeUnknown):
            payments.get(made.provider_id)

    @pytest.mark.parametrize("kind", [*DONE_BUT_UNTOLD, *NOT_DONE])
    def test_a_list_without_an_answer_is_not_an_empty_list(
        self, payments: YooKassaPayments, order: PaymentOrder, bank: BankSide, kind: str
    ) -> None:
        bank.spoil(kind, "payments.list")

        with pytest.raises(OutcomeUnknown):
            payments.find(order.intent_id, created_after=order.created_at)

    @pytest.mark.parametrize("kind", [*DONE_BUT_UNTOLD, *NOT_DONE])
    def test_banks_without_an_answer_are_not_no_banks(
        self, payouts: YooKassaPayouts, bank: BankSide, kind: str
    ) -> None:
        bank.spoil(kind, "banks.list")

        with pytest.raises(OutcomeUnknown):
            payouts.banks()


class TestPayoutCreate:
    @pytest.mark.parametrize("kind", DONE_BUT_UNTOLD)
    def test_whose_answer_was_lost_is_found_and_not_sent_twice(
        self, payouts: YooKassaPayouts, payout_order: PayoutOrder, key: str, bank: BankSide, kind: str
    ) -> None:
        bank.ask("payouts/plan", plan="hold")
        bank.spoil(kind, "payouts.create")
        with pytest.raises(OutcomeUnknown):
            payouts.create(payout_order, key=key)

        repeated = payouts.create(payout_order, key=key)

        of_this_order = [
            one for one in bank.see("payouts") if one["metadata"].get("payout_id") == payout_order.payout_id
        ]
        assert [one["id"] for one in of_this_order] == [repeated.provider_id]

    def test_of_a_silent_bank_ends_within_the_timeout(
        self, payout_order: PayoutOrder, key: str, bank: BankSide
    ) -> None:
        bank.spoil("hang_after", "payouts.create", seconds=4)
        started = time.monotonic()

        with pytest.raises(OutcomeUnknown):
            YooKassaPayouts(bank.gateway(timeout_seconds=1)).create(payout_order, key=key)

        assert time.monotonic() - started < 3.5

    def test_keeps_a_status_of_tomorrow_as_it_came(
        self, payouts: YooKassaPayouts, payout_order: PayoutOrder, key: str, bank: BankSide
    ) -> None:
        bank.spoil("unknown_status", "payouts.create")

        payout = payouts.create(payout_order, key=key)

        assert payout.state is PayoutState.UNKNOWN_STATUS
        assert payout.raw_status == "status_of_tomorrow"
