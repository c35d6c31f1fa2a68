"""The provider's own, unmodified client works against the stand-in: a judge that nobody here wrote."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from yookassa.configuration import Configuration
from yookassa.domain.exceptions.bad_request_error import BadRequestError
from yookassa.domain.exceptions.forbidden_error import ForbiddenError
from yookassa.domain.exceptions.not_found_error import NotFoundError
from yookassa.domain.exceptions.unauthorized_error import UnauthorizedError
from yookassa.domain.notification.webhook_notification import WebhookNotificationFactory
from yookassa.payment import Payment
from yookassa.payout import Payout
from yookassa.sbp_banks import SbpBanks
from yookassa.settings import Settings

from shared.adapters.sbp.yookassa import YooKassaPayments
from shared.kernel.clock import iso, utc_now
from shared.ports.payments import PaymentOrder
from tests.adapters.yookassa.bankside import KEYS, BankSide, wait_until


@pytest.fixture(autouse=True)
def own_configuration(bank: BankSide) -> Iterator[None]:
    use(bank, "SHOP_ID", "SECRET_KEY")
    yield
    Configuration.account_id = Configuration.secret_key = None


def use(bank: BankSide, name: str, key: str) -> None:
    Configuration.configure(KEYS[f"YOOKASSA_{name}"], KEYS[f"YOOKASSA_{key}"], api_url=f"{bank.url}/v3")


def a_payment(**fields: object) -> dict[str, object]:
    return {
        "amount": {"value": "150000.00", "currency": "RUB"},
        "capture": True,
        "description": "Комиссия по сделке 42",
        "payment_method_data": {"type": "sbp"},
        "confirmation": {"type": "redirect", "return_url": "https://example.test/pay/done"},
        "metadata": {"intent_id": str(uuid4())},
        **fields,
    }


def a_payout() -> dict[str, object]:
    return {
        "amount": {"value": "90000.00", "currency": "RUB"},
        "payout_destination_data": {"type": "sbp", "phone": "79990000001", "bank_id": "100000000004"},
        "description": "Доля агента, сделка 42",
        "metadata": {"payout_id": str(uuid4())},
    }


class TestPayments:
    def test_are_made_paid_and_read(self, bank: BankSide) -> None:
        made = Payment.create(a_payment(), str(uuid4()))
        bank.ask(f"payments/{made.id}/pay")

        paid = Payment.find_one(made.id)

        assert made.status == "pending"
        assert made.confirmation.confirmation_url.endswith(f"?orderId={made.id}")
        assert paid.status == "succeeded"
        assert paid.payment_method.payer_bank_details.bic == "044525974"
        assert str(paid.income_amount.value) == "148950.00"

    def test_are_one_for_one_key(self) -> None:
        body, key = a_payment(), str(uuid4())

        assert Payment.create(body, key).id == Payment.create(body, key).id

    def test_are_refused_for_a_key_with_another_body(self) -> None:
        key = str(uuid4())
        Payment.create(a_payment(), key)

        with pytest.raises(BadRequestError) as refusal:
            Payment.create(a_payment(), key)

        assert refusal.value.content["parameter"] == "Idempotence-Key"

    @pytest.mark.parametrize(
        "wrong",
        [
            {"payment_method_data": {"type": "bank_card"}},
            {"capture": False},
            {"metadata": {"k" * 33: "v"}},
            {"metadata": {f"k{number}": "v" for number in range(17)}},
        ],
    )
    def test_are_refused_with_a_wrong_field(self, wrong: dict[str, object]) -> None:
        with pytest.raises(BadRequestError):
            Payment.create(a_payment(**wrong), str(uuid4()))

    def test_are_listed_newest_first_page_by_page(self) -> None:
        since = iso(utc_now() - timedelta(seconds=1))
        made = [Payment.create(a_payment(), str(uuid4())).id for _ in range(3)]

        first = Payment.list({"created_at.gte": since, "limit": 2})
        second = Payment.list({"created_at.gte": since, "limit": 2, "cursor": first.next_cursor})

        assert [one.id for one in [*first.items, *second.items]][:3] == made[::-1]

    def test_that_never_were_are_not_found(self) -> None:
        with pytest.raises(NotFoundError):
            Payment.find_one("30a1b2c3-000f-5000-8000-1a2b3c4d5e6f")

    def test_are_told_in_messages_that_it_reads(self, bank: BankSide) -> None:
        made = Payment.create(a_payment(), str(uuid4()))
        bank.ask(f"payments/{made.id}/pay")
        [message] = bank.ear.wait_for(made.id)

        notification = WebhookNotificationFactory().create(message.json)

        assert notification.event == "payment.succeeded"
        assert notification.object.id == made.id


class TestPayouts:
    def test_are_made_and_read(self, bank: BankSide) -> None:
        use(bank, "GATEWAY_ID", "GATEWAY_SECRET_KEY")
        made = Payout.create(a_payout(), str(uuid4()))

        paid = wait_until(lambda: one if (one := Payout.find_one(made.id)).status == "succeeded" else None)

        assert made.status == "pending"
        assert len(paid.payout_destination.sbp_operation_id) == 32

    def test_are_found_by_metadata(self, bank: BankSide) -> None:
        use(bank, "GATEWAY_ID", "GATEWAY_SECRET_KEY")
        body = a_payout()
        made = Payout.create(body, str(uuid4()))
        Payout.create(a_payout(), str(uuid4()))

        found = Payout.list({"metadata[payout_id]": made.metadata["payout_id"]})

        assert [one.id for one in found.items] == [made.id]

    def test_know_the_banks(self, bank: BankSide) -> None:
        use(bank, "GATEWAY_ID", "GATEWAY_SECRET_KEY")

        assert "100000000111" in {one.bank_id for one in SbpBanks.list().items}

    def test_are_closed_to_the_shop(self) -> None:
        with pytest.raises(ForbiddenError):
            Payout.create(a_payout(), str(uuid4()))


class TestAccounts:
    def test_tell_who_asks(self, bank: BankSide) -> None:
        assert Settings.get_account_settings().account_id == KEYS["YOOKASSA_SHOP_ID"]
        use(bank, "GATEWAY_ID", "GATEWAY_SECRET_KEY")
        assert Settings.get_account_settings().account_id == KEYS["YOOKASSA_GATEWAY_ID"]

    def test_with_a_wrong_key_are_refused(self, bank: BankSide) -> None:
        Configuration.configure(KEYS["YOOKASSA_SHOP_ID"], "wrong", api_url=f"{bank.url}/v3")

        with pytest.raises(UnauthorizedError):
            Payment.find_one("30a1b2c3-000f-5000-8000-1a2b3c4d5e6f")

    def test_of_our_adapters_never_touch_the_global_one(
        self, payments: YooKassaPayments, order: PaymentOrder, key: str
    ) -> None:
        Configuration.configure("somebody", "else", api_url="http://127.0.0.1:9/v3")

        made = payments.create(order, key=key)

        assert payments.get(made.provider_id) == made
        assert vars(Configuration)["account_id"] == "somebody"
        assert vars(Configuration)["secret_key"] == "else"
