"""The contract of ``PaymentProvider``: what the product relies on, whoever collects."""

import socket
import time

import pytest

from shared.kernel.clock import utc_now
from shared.kernel.money import Money
from shared.ports.payments import (
    OutcomeUnknown,
    PaymentOrder,
    PaymentProvider,
    PaymentState,
    ProviderPayment,
    ProviderRefused,
)
from tests.adapters.collecting.sides import Side

DONE_BUT_UNTOLD = ["error_after", "drop_after", "bad_gateway", "accepted"]
NOT_DONE = ["error_before", "drop_before"]


def as_now(payments: PaymentProvider, made: ProviderPayment) -> ProviderPayment:
    payment = payments.get(made.provider_id)
    assert payment is not None
    return payment


class TestCreate:
    def test_gives_a_pending_payment_with_a_link(
        self, payments: PaymentProvider, order: PaymentOrder, key: str
    ) -> None:
        made = payments.create(order, key=key)

        assert made.state is PaymentState.PENDING
        assert (made.amount, made.currency, made.intent_id) == (order.amount, "RUB", order.intent_id)
        assert made.url is not None
        assert made.url.startswith("http")
        assert made.expires_at is not None
        assert made.expires_at > utc_now()
        assert (made.income, made.refunded, made.cancellation_reason) == (None, Money.zero(), None)

    @pytest.mark.parametrize("kopecks", [10_00, 10_01, 12_345_67, 500_000_05, 699_999_99, 700_000_00])
    def test_keeps_every_kopeck(
        self, payments: PaymentProvider, order: PaymentOrder, key: str, kopecks: int
    ) -> None:
        made = payments.create(order._replace(amount=Money(kopecks)), key=key)

        assert made.amount == Money(kopecks)
        assert as_now(payments, made).amount == Money(kopecks)

    def test_is_one_payment_for_one_order_and_key(
        self, side: Side, payments: PaymentProvider, order: PaymentOrder, key: str
    ) -> None:
        first, second = payments.create(order, key=key), payments.create(order, key=key)

        assert first.provider_id == second.provider_id
        assert side.made_for(order) == [first.provider_id]

    def test_is_refused_beneath_the_least_that_it_tells(
        self, side: Side, payments: PaymentProvider, order: PaymentOrder, key: str
    ) -> None:
        too_little = order._replace(amount=payments.capabilities.least - Money(1))

        with pytest.raises(ProviderRefused):
            payments.create(too_little, key=key)

        assert side.made_for(order) == []
        assert payments.create(order._replace(amount=payments.capabilities.least), key=f"{key}-2").url

    def test_is_refused_with_too_long_a_description(
        self, payments: PaymentProvider, order: PaymentOrder, key: str
    ) -> None:
        with pytest.raises(ProviderRefused):
            payments.create(order._replace(description="д" * 141), key=key)

    @pytest.mark.parametrize("kind", DONE_BUT_UNTOLD)
    def test_whose_answer_was_lost_is_found_and_not_made_twice(
        self, side: Side, payments: PaymentProvider, order: PaymentOrder, key: str, kind: str
    ) -> None:
        side.spoil(kind, "create")
        with pytest.raises(OutcomeUnknown):
            payments.create(order, key=key)

        found = payments.find(order.intent_id, created_after=order.created_at)
        repeated = payments.create(order, key=key)

        assert found is not None
        assert side.made_for(order) == [found.provider_id] == [repeated.provider_id]
        assert found.url is not None
        assert repeated.url is not None

    @pytest.mark.parametrize("kind", NOT_DONE)
    def test_that_did_not_happen_is_repeated(
        self, side: Side, payments: PaymentProvider, order: PaymentOrder, key: str, kind: str
    ) -> None:
        side.spoil(kind, "create")
        with pytest.raises(OutcomeUnknown):
            payments.create(order, key=key)
        assert payments.find(order.intent_id, created_after=order.created_at) is None

        made = payments.create(order, key=key)

        assert side.made_for(order) == [made.provider_id]

    @pytest.mark.parametrize("kind", ["hang_before", "hang_after"])
    def test_of_a_silent_bank_ends_within_the_timeout(
        self, side: Side, order: PaymentOrder, key: str, kind: str
    ) -> None:
        side.spoil(kind, "create", seconds=4)
        started = time.monotonic()

        with pytest.raises(OutcomeUnknown):
            side.payments(timeout_seconds=1).create(order, key=key)

        assert time.monotonic() - started < 3.5

    def test_of_an_absent_bank_is_unknown(self, side: Side, order: PaymentOrder, key: str) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))  # bound and not listening: refuses

            with pytest.raises(OutcomeUnknown, match="ConnectionError"):
                side.payments(url=f"http://127.0.0.1:{taken.getsockname()[1]}").create(order, key=key)

    def test_survives_a_field_of_tomorrow(
        self, side: Side, payments: PaymentProvider, order: PaymentOrder, key: str
    ) -> None:
        side.spoil("extra_field", "create")

        assert payments.create(order, key=key).state is PaymentState.PENDING


class TestGet:
    def test_shows_a_paid_one_with_its_sum(
        self, side: Side, payments: PaymentProvider, order: PaymentOrder, key: str
    ) -> None:
        made = payments.create(order, key=key)
        side.pay(made.provider_id)

        paid = as_now(payments, made)

        assert (paid.state, paid.amount, paid.refunded) == (
            PaymentState.SUCCEEDED,
            order.amount,
            Money.zero(),
        )
        assert paid.intent_id == order.intent_id

    @pytest.mark.parametrize("kopecks", [149_999_99, 150_000_01])
    def test_shows_the_sum_that_the_bank_got(
        self, side: Side, payments: PaymentProvider, order: PaymentOrder, key: str, kopecks: int
    ) -> None:
        made = payments.create(order, key=key)
        side.pay(made.provider_id, amount=Money(kopecks))

        assert as_now(payments, made).amount == Money(kopecks)

    def test_shows_one_that_the_payer_was_refused(
        self, side: Side, payments: PaymentProvider, order: PaymentOrder, key: str
    ) -> None:
        made = payments.create(order, key=key)
        side.decline(made.provider_id)

        ended = as_now(payments, made)

        assert (ended.state, ended.cancellation_reason) == (PaymentState.CANCELED, "general_decline")

    def test_shows_one_whose_time_is_over(
        self, side: Side, payments: PaymentProvider, order: PaymentOrder, key: str
    ) -> None:
        made = payments.create(order, key=key)
        side.expire(made.provider_id)

        ended = as_now(payments, made)

        assert (ended.state, ended.cancellation_reason) == (PaymentState.CANCELED, "expired_on_confirmation")

    def test_shows_a_late_success_after_the_end(
        self, side: Side, payments: PaymentProvider, order: PaymentOrder, key: str
    ) -> None:
        made = payments.create(order, key=key)
        side.expire(made.provider_id)
        side.pay(made.provider_id, late=True)

        paid = as_now(payments, made)

        assert (paid.state, paid.cancellation_reason) == (PaymentState.SUCCEEDED, None)

    def test_keeps_a_status_of_tomorrow_as_it_came(
        self, side: Side, payments: PaymentProvider, order: PaymentOrder, key: str
    ) -> None:
        made = payments.create(order, key=key)
        side.spoil("unknown_status", "get")

        payment = as_now(payments, made)

        assert payment.state is PaymentState.UNKNOWN_STATUS
        assert payment.raw_status.lower() == "status_of_tomorrow"

    @pytest.mark.parametrize("kind", [*DONE_BUT_UNTOLD, *NOT_DONE])
    def test_without_an_answer_is_not_a_missing_payment(
        self, side: Side, payments: PaymentProvider, order: PaymentOrder, key: str, kind: str
    ) -> None:
        made = payments.create(order, key=key)
        side.spoil(kind, "get")

        with pytest.raises(OutcomeUnknown):
            payments.get(made.provider_id)

    @pytest.mark.parametrize(
        "provider_id", ["30000000000", "30a1b2c3-000f-5000-8000-1a2b3c4d5e6f", "../me", "", "a?b=c", "1" * 30]
    )
    def test_knows_nothing_of_a_strange_id(self, payments: PaymentProvider, provider_id: str) -> None:
        assert payments.get(provider_id) is None


class TestFind:
    def test_finds_nothing_for_an_unknown_intent(self, payments: PaymentProvider) -> None:
        assert payments.find("nobody", created_after=utc_now()) is None

    def test_finds_a_paid_one(
        self, side: Side, payments: PaymentProvider, order: PaymentOrder, key: str
    ) -> None:
        made = payments.create(order, key=key)
        side.pay(made.provider_id)

        found = payments.find(order.intent_id, created_after=order.created_at)

        assert found is not None
        assert (found.provider_id, found.state) == (made.provider_id, PaymentState.SUCCEEDED)

    @pytest.mark.parametrize("kind", [*DONE_BUT_UNTOLD, *NOT_DONE])
    def test_without_an_answer_is_not_an_empty_list(
        self, side: Side, payments: PaymentProvider, order: PaymentOrder, kind: str
    ) -> None:
        side.spoil(kind, "find")

        with pytest.raises(OutcomeUnknown):
            payments.find(order.intent_id, created_after=order.created_at)


class TestCancel:
    def test_takes_an_open_link_back_where_that_can_be_done(
        self, side: Side, payments: PaymentProvider, order: PaymentOrder, key: str
    ) -> None:
        made = payments.create(order, key=key)
        if not payments.capabilities.cancels_open:
            with pytest.raises(ProviderRefused):
                payments.cancel(made.provider_id)
            assert as_now(payments, made).state is PaymentState.PENDING
            return

        cancelled = payments.cancel(made.provider_id)

        assert cancelled.state is PaymentState.CANCELED
        assert as_now(payments, made).state is PaymentState.CANCELED
        with pytest.raises(ProviderRefused):
            payments.cancel(made.provider_id)

    def test_refuses_a_paid_one(
        self, side: Side, payments: PaymentProvider, order: PaymentOrder, key: str
    ) -> None:
        made = payments.create(order, key=key)
        side.pay(made.provider_id)

        with pytest.raises(ProviderRefused):
            payments.cancel(made.provider_id)

        assert as_now(payments, made).state is PaymentState.SUCCEEDED

    def test_refuses_one_that_never_was(self, payments: PaymentProvider) -> None:
        with pytest.raises(ProviderRefused):
            payments.cancel("30000000000")
