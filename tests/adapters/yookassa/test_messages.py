"""Messages as the bank sends them, and as a liar would."""

from ipaddress import ip_network

import pytest

from shared.adapters.payouts.yookassa import YooKassaPayouts
from shared.adapters.sbp.webhooks import YooKassaWebhookVerifier
from shared.adapters.sbp.yookassa import YooKassaPayments
from shared.adapters.sbp.yookassa_events import parse
from shared.ports.payments import Forged, PaymentOrder, PaymentState
from shared.ports.payouts import PayoutOrder
from tests.adapters.yookassa.bankside import BankSide, Heard, wait_until


@pytest.fixture
def verifier() -> YooKassaWebhookVerifier:
    return YooKassaWebhookVerifier((ip_network("127.0.0.77/32"),))


def check(verifier: YooKassaWebhookVerifier, message: Heard) -> None:
    verifier.verify(body=message.body, headers=message.headers, peer_address=message.peer)


class TestTrueMessage:
    def test_tells_the_whole_payment(
        self, payments: YooKassaPayments, order: PaymentOrder, key: str, bank: BankSide
    ) -> None:
        made = payments.create(order, key=key)
        paid = bank.ask(f"payments/{made.provider_id}/pay")

        [message] = bank.ear.wait_for(made.provider_id)

        assert message.json == {"type": "notification", "event": "payment.succeeded", "object": paid}
        assert len(paid["payment_method"]["sbp_operation_id"]) == 32
        assert paid["payment_method"]["payer_bank_details"] == {"bank_id": "100000000004", "bic": "044525974"}

    def test_passes_and_names_what_to_ask_about(
        self,
        payments: YooKassaPayments,
        order: PaymentOrder,
        key: str,
        bank: BankSide,
        verifier: YooKassaWebhookVerifier,
    ) -> None:
        made = payments.create(order, key=key)
        bank.ask(f"payments/{made.provider_id}/fail")
        [message] = bank.ear.wait_for(made.provider_id)

        check(verifier, message)
        event = payments.parse(message.body)

        assert event.kind == "payment.canceled"
        assert event.object_id == made.provider_id
        assert event.key == f"payment.canceled:{made.provider_id}"

    def test_comes_for_payouts_too(
        self, payouts: YooKassaPayouts, payout_order: PayoutOrder, key: str, bank: BankSide
    ) -> None:
        made = payouts.create(payout_order, key=key)

        [message] = bank.ear.wait_for(made.provider_id)

        assert parse(message.body).kind == "payout.succeeded"
        assert message.json["object"]["succeeded_at"]

    def test_is_repeated_after_growing_gaps_until_exactly_200(
        self, payments: YooKassaPayments, order: PaymentOrder, key: str, bank: BankSide
    ) -> None:
        made = payments.create(order, key=key)
        bank.ear.answers[made.provider_id] = [500, 202]
        bank.ask(f"payments/{made.provider_id}/pay")

        messages = bank.ear.wait_for(made.provider_id, 3)
        delivery = wait_until(
            lambda: one if (one := bank.delivery(made.provider_id))["state"] == "delivered" else None
        )

        assert len({message.body for message in messages}) == 1
        assert [attempt["status"] for attempt in delivery["attempts"]] == [500, 202, 200]
        # One and five minutes, scaled by a thousandth; a millisecond goes in rounding.
        assert messages[1].arrived - messages[0].arrived >= 0.059
        assert messages[2].arrived - messages[1].arrived >= 0.299

    def test_is_lost_while_switched_off_but_can_be_replayed(
        self, payments: YooKassaPayments, order: PaymentOrder, key: str, bank: BankSide
    ) -> None:
        made = payments.create(order, key=key)
        bank.ask("webhooks", enabled=False)
        bank.ask(f"payments/{made.provider_id}/pay")
        bank.ask("webhooks", enabled=True)
        withheld = bank.delivery(made.provider_id)
        assert withheld["state"] == "withheld"

        bank.ask(f"deliveries/{withheld['id']}/replay", times=1)

        assert len(bank.ear.wait_for(made.provider_id)) == 1

    def test_may_arrive_twenty_times_at_once_with_one_key(
        self, payments: YooKassaPayments, order: PaymentOrder, key: str, bank: BankSide
    ) -> None:
        made = payments.create(order, key=key)
        bank.ask(f"payments/{made.provider_id}/pay")
        bank.ear.wait_for(made.provider_id)
        bank.ask(f"deliveries/{bank.delivery(made.provider_id)['id']}/replay", times=20)

        messages = bank.ear.wait_for(made.provider_id, 21)

        assert {parse(message.body).key for message in messages} == {f"payment.succeeded:{made.provider_id}"}


class TestForgedMessage:
    def test_from_a_listed_address_passes_but_the_bank_knows_better(
        self,
        payments: YooKassaPayments,
        order: PaymentOrder,
        key: str,
        bank: BankSide,
        verifier: YooKassaWebhookVerifier,
    ) -> None:
        made = payments.create(order, key=key)
        bank.ask("webhooks/forge", object_id=made.provider_id, amount="1.00")
        [message] = bank.ear.wait_for(made.provider_id)

        check(verifier, message)
        truth = payments.get(parse(message.body).object_id)

        assert message.json["object"]["status"] == "succeeded"
        assert message.json["object"]["amount"]["value"] == "1.00"
        assert truth is not None
        assert truth.state is PaymentState.PENDING
        assert truth.amount == order.amount

    def test_from_another_address_is_forged(
        self,
        payments: YooKassaPayments,
        order: PaymentOrder,
        key: str,
        bank: BankSide,
        verifier: YooKassaWebhookVerifier,
    ) -> None:
        made = payments.create(order, key=key)
        bank.ask("webhooks/forge", object_id=made.provider_id, source="foreign")
        [message] = bank.ear.wait_for(made.provider_id)

        with pytest.raises(Forged):
            check(verifier, message)

    def test_may_name_a_payment_that_never_was(
        self, payments: YooKassaPayments, key: str, bank: BankSide
    ) -> None:
        bank.ask("webhooks/forge", object_id=key)
        [message] = bank.ear.wait_for(key)

        assert payments.get(parse(message.body).object_id) is None
