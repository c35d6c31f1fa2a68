"""The contract of ``PaymentProvider``, against the stand-in as a process of its own."""

from datetime import timedelta

import pytest
import requests

from shared.adapters.sbp.yookassa import YooKassaPayments
from shared.kernel.clock import utc_now
from shared.kernel.money import Money
from shared.ports.payments import OutcomeUnknown, PaymentOrder, PaymentState, ProviderRefused
from tests.adapters.yookassa.bankside import BankSide, a_payment_order, wait_until

DAY_SECONDS = 86_400


class TestCreate:
    def test_gives_a_pending_payment_with_a_link(
        self, payments: YooKassaPayments, order: PaymentOrder, key: str, bank: BankSide
    ) -> None:
        payment = payments.create(order, key=key)

        assert payment.state is PaymentState.PENDING
        assert payment.amount == order.amount
        assert payment.currency == "RUB"
        assert payment.intent_id == order.intent_id
        assert payment.url is not None
        assert payment.url.startswith(f"{bank.url}/checkout?orderId=")
        assert payment.income is None
        assert payment.created_at is not None
        assert payment.expires_at == payment.created_at + timedelta(hours=1)

    @pytest.mark.parametrize("kopecks", [1_00, 1_01, 12_345_67, 500_000_05, 699_999_99, 700_000_00])
    def test_keeps_every_kopeck(self, payments: YooKassaPayments, key: str, kopecks: int) -> None:
        payment = payments.create(a_payment_order(kopecks), key=key)

        assert payment.amount == Money(kopecks)
        assert payments.get(payment.provider_id) == payment

    def test_is_one_payment_for_one_key(
        self, payments: YooKassaPayments, order: PaymentOrder, key: str
    ) -> None:
        assert payments.create(order, key=key) == payments.create(order, key=key)

    def test_is_another_payment_for_another_key(
        self, payments: YooKassaPayments, order: PaymentOrder, key: str
    ) -> None:
        assert payments.create(order, key=key) != payments.create(order, key=f"{key}-2")

    def test_does_not_know_what_a_key_made_for_another_body(
        self, payments: YooKassaPayments, order: PaymentOrder, key: str
    ) -> None:
        payments.create(order, key=key)

        with pytest.raises(OutcomeUnknown, match="key_used_with_another_body"):
            payments.create(order._replace(amount=Money(1_00)), key=key)

    def test_is_a_new_payment_once_the_key_is_a_day_old(
        self, payments: YooKassaPayments, order: PaymentOrder, key: str, bank: BankSide
    ) -> None:
        first = payments.create(order, key=key)
        bank.ask("clock", shift_seconds=DAY_SECONDS + 1)

        assert payments.create(order, key=key).provider_id != first.provider_id

    @pytest.mark.parametrize("kopecks", [99, 700_000_01])
    def test_is_refused_beyond_the_limits(self, payments: YooKassaPayments, key: str, kopecks: int) -> None:
        with pytest.raises(ProviderRefused) as refusal:
            payments.create(a_payment_order(kopecks), key=key)

        assert refusal.value.code == "invalid_request"

    def test_is_refused_with_too_long_a_description(self, payments: YooKassaPayments, key: str) -> None:
        with pytest.raises(ProviderRefused):
            payments.create(a_payment_order(description="д" * 129), key=key)

    def test_repeats_a_refusal_for_the_same_key(
        self, payments: YooKassaPayments, key: str, bank: BankSide
    ) -> None:
        order = a_payment_order(99)
        for _ in range(2):
            with pytest.raises(ProviderRefused):
                payments.create(order, key=key)

        assert payments.find(order.intent_id, created_after=order.created_at) is None

    def test_tells_nothing_with_a_wrong_key_of_the_account(
        self, bank: BankSide, order: PaymentOrder, key: str
    ) -> None:
        with pytest.raises(OutcomeUnknown, match="UnauthorizedError"):
            YooKassaPayments(bank.shop(key="wrong")).create(order, key=key)

    def test_is_refused_to_the_account_of_payouts(
        self, bank: BankSide, order: PaymentOrder, key: str
    ) -> None:
        with pytest.raises(ProviderRefused) as refusal:
            YooKassaPayments(bank.gateway()).create(order, key=key)

        assert refusal.value.code == "forbidden"


class TestGet:
    def test_shows_the_money_of_a_paid_one(
        self, payments: YooKassaPayments, order: PaymentOrder, key: str, bank: BankSide
    ) -> None:
        made = payments.create(order, key=key)
        bank.ask(f"payments/{made.provider_id}/pay")

        paid = payments.get(made.provider_id)

        assert paid is not None
        assert paid.state is PaymentState.SUCCEEDED
        assert paid.income == Money(148_950_00)  # 0.7 % of 150 000 are 1 050
        assert paid.refunded == Money.zero()
        assert paid.captured_at is not None

    def test_rounds_the_charge_half_up(self, payments: YooKassaPayments, key: str, bank: BankSide) -> None:
        made = payments.create(a_payment_order(5_00), key=key)
        bank.ask(f"payments/{made.provider_id}/pay")

        paid = payments.get(made.provider_id)

        assert paid is not None
        assert paid.income == Money(4_96)  # 3.5 kopecks are charged as 4

    def test_shows_the_sum_that_the_bank_got(
        self, payments: YooKassaPayments, order: PaymentOrder, key: str, bank: BankSide
    ) -> None:
        made = payments.create(order, key=key)
        bank.ask(f"payments/{made.provider_id}/pay", amount="149999.99")

        paid = payments.get(made.provider_id)

        assert paid is not None
        assert paid.amount == Money(149_999_99)

    def test_shows_why_one_was_canceled(
        self, payments: YooKassaPayments, order: PaymentOrder, key: str, bank: BankSide
    ) -> None:
        made = payments.create(order, key=key)
        bank.ask(f"payments/{made.provider_id}/fail", reason="insufficient_funds")

        ended = payments.get(made.provider_id)

        assert ended is not None
        assert ended.state is PaymentState.CANCELED
        assert ended.cancellation_reason == "insufficient_funds"
        assert ended.url is None

    def test_shows_one_expired_after_its_hour(
        self, payments: YooKassaPayments, order: PaymentOrder, key: str, bank: BankSide
    ) -> None:
        made = payments.create(order, key=key)
        bank.ask("clock", shift_seconds=3601)

        ended = wait_until(
            lambda: one if (one := payments.get(made.provider_id)) and one.state is not made.state else None
        )

        assert ended.cancellation_reason == "expired_on_confirmation"

    def test_shows_a_late_success_after_the_end(
        self, payments: YooKassaPayments, order: PaymentOrder, key: str, bank: BankSide
    ) -> None:
        made = payments.create(order, key=key)
        bank.ask(f"payments/{made.provider_id}/expire")
        bank.ask(f"payments/{made.provider_id}/pay", late=True)

        paid = payments.get(made.provider_id)

        assert paid is not None
        assert paid.state is PaymentState.SUCCEEDED

    @pytest.mark.parametrize("provider_id", ["30a1b2c3-000f-5000-8000-1a2b3c4d5e6f", "../me", "", "a?b=c"])
    def test_knows_nothing_of_a_strange_id(self, payments: YooKassaPayments, provider_id: str) -> None:
        assert payments.get(provider_id) is None


class TestFind:
    def test_finds_by_intent(self, payments: YooKassaPayments, order: PaymentOrder, key: str) -> None:
        made = payments.create(order, key=key)

        assert payments.find(order.intent_id, created_after=order.created_at) == made

    def test_finds_nothing_for_an_unknown_intent(self, payments: YooKassaPayments) -> None:
        assert payments.find("nobody", created_after=utc_now()) is None

    def test_prefers_the_paid_one_of_two(
        self, payments: YooKassaPayments, order: PaymentOrder, key: str, bank: BankSide
    ) -> None:
        first = payments.create(order, key=key)
        payments.create(order, key=f"{key}-2")
        bank.ask(f"payments/{first.provider_id}/pay")

        found = payments.find(order.intent_id, created_after=order.created_at)

        assert found is not None
        assert found.provider_id == first.provider_id

    def test_looks_beyond_the_first_page(
        self, payments: YooKassaPayments, order: PaymentOrder, key: str, bank: BankSide
    ) -> None:
        made = payments.create(order, key=key)
        with requests.Session() as session:
            session.auth = (bank.shop().account_id, bank.shop().secret_key)
            for number in range(101):
                session.post(
                    f"{bank.url}/v3/payments",
                    json={
                        "amount": {"value": "1.00", "currency": "RUB"},
                        "capture": True,
                        "payment_method_data": {"type": "sbp"},
                        "confirmation": {"type": "redirect", "return_url": "https://example.test"},
                    },
                    headers={"Idempotence-Key": f"{key}-{number}"},
                    timeout=5,
                ).raise_for_status()

        assert payments.find(order.intent_id, created_after=order.created_at) == made
