"""The bank's messages, from the stand-in to the port: signed, in any order, again until it hears OK."""

import json
from datetime import timedelta
from itertools import pairwise

import pytest

from shared.adapters.sbp.tbank import TBankPayments
from shared.adapters.sbp.webhooks import TBankWebhookVerifier
from shared.config.networks import parse
from shared.kernel.money import Money
from shared.ports.payments import Forged, PaymentOrder, PaymentState
from tests.adapters.tbank.bankside import SOURCE, BankSide, Heard
from tests.adapters.yookassa.bankside import wait_until

HOUR = int(timedelta(hours=1).total_seconds())


@pytest.fixture(autouse=True)
def _not_production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOUSLER_STAGE", "test")


def verify(bank: BankSide, message: Heard, *, passwords: tuple[str, ...] | None = None) -> None:
    networks = parse("TBANK_WEBHOOK_NETWORKS", f"{SOURCE}/32")
    verifier = TBankWebhookVerifier(bank.terminal(passwords=passwords), networks)
    verifier.verify(body=message.body, headers={}, peer_address=message.peer)


@pytest.fixture
def paid(payments: TBankPayments, order: PaymentOrder, bank: BankSide) -> str:
    made = payments.create(order, key="unused")
    bank.pay(made.provider_id)
    return made.provider_id


class TestPaidPayment:
    def test_is_told_twice_and_both_verify(self, bank: BankSide, paid: str) -> None:
        told = bank.ear.wait_for(paid, 2)

        assert [message.json["Status"] for message in told] == ["AUTHORIZED", "CONFIRMED"]
        assert {message.path for message in told} == {"/hooks/tbank"}
        for message in told:
            verify(bank, message)

    def test_is_told_in_the_other_order_too(
        self, payments: TBankPayments, order: PaymentOrder, bank: BankSide
    ) -> None:
        bank.ask("switches", order="reversed")
        made = payments.create(order, key="unused")
        bank.pay(made.provider_id)

        told = bank.ear.wait_for(made.provider_id, 2)

        assert [message.json["Status"] for message in told] == ["CONFIRMED", "AUTHORIZED"]

    def test_is_proved_by_its_message_alone(
        self, payments: TBankPayments, order: PaymentOrder, bank: BankSide, paid: str
    ) -> None:
        held, taken = (
            payments.parse(bank.ear.told(paid, status).body) for status in ("AUTHORIZED", "CONFIRMED")
        )

        assert held.truth is not None
        assert held.truth.state is PaymentState.PENDING
        assert taken.truth is not None
        assert taken.truth.state is PaymentState.SUCCEEDED
        assert taken.truth.intent_id == order.intent_id
        assert taken.truth.amount == order.amount
        assert (taken.kind, taken.object_id) == ("payment.confirmed", paid)
        assert taken.key == f"{paid}:CONFIRMED:{order.amount.kopecks}"
        assert held.key != taken.key

    def test_with_another_sum_says_so(
        self, payments: TBankPayments, order: PaymentOrder, bank: BankSide
    ) -> None:
        made = payments.create(order, key="unused")
        bank.pay(made.provider_id, amount=100_01)

        truth = payments.parse(bank.ear.told(made.provider_id, "CONFIRMED").body).truth

        assert truth is not None
        assert truth.amount == Money(100_01)

    def test_is_verified_with_both_passwords_of_an_overlap(self, bank: BankSide, paid: str) -> None:
        message = bank.ear.wait_for(paid)[0]
        known = bank.terminal().passwords[0]

        verify(bank, message, passwords=(known, "of yesterday"))
        verify(bank, message, passwords=("of tomorrow", known))
        with pytest.raises(Forged, match="token"):
            verify(bank, message, passwords=("of tomorrow",))


class TestForgedMessage:
    @pytest.mark.parametrize("token", ["wrong", "none"])
    def test_is_refused_for_its_token(self, bank: BankSide, paid: str, token: str) -> None:
        bank.ear.wait_for(paid, 2)
        bank.ask("webhooks/forge", payment_id=paid, token=token)

        with pytest.raises(Forged, match="token"):
            verify(bank, bank.ear.wait_for(paid, 3)[2])

    def test_is_refused_for_its_sender(self, bank: BankSide, paid: str) -> None:
        bank.ear.wait_for(paid, 2)
        bank.ask("webhooks/forge", payment_id=paid, source="foreign")

        with pytest.raises(Forged, match="address"):
            verify(bank, bank.ear.wait_for(paid, 3)[2])

    @pytest.mark.parametrize(
        "change", [{"Amount": 15_000_001}, {"Status": "REFUNDED"}, {"OrderId": "x"}, {"New": "field"}]
    )
    def test_is_refused_for_any_changed_field(
        self, bank: BankSide, paid: str, change: dict[str, object]
    ) -> None:
        message = bank.ear.wait_for(paid)[0]
        changed = json.dumps({**message.json, **change}).encode()

        with pytest.raises(Forged, match="token"):
            verify(bank, Heard(changed, message.peer, message.path))

    def test_that_reached_the_queue_proves_nothing(
        self, payments: TBankPayments, bank: BankSide, paid: str
    ) -> None:
        message = bank.ear.told(paid, "CONFIRMED")
        changed = json.dumps({**message.json, "Amount": 1_000_00}).encode()

        assert payments.parse(changed).truth is None
        assert payments.parse(changed).object_id == paid

    def test_of_another_terminal_proves_nothing(self, bank: BankSide, paid: str) -> None:
        message = bank.ear.told(paid, "CONFIRMED")

        assert TBankPayments(bank.terminal("deals")).parse(message.body).truth is None


class TestNewWords:
    def test_of_a_field_are_signed_like_the_rest(
        self, payments: TBankPayments, bank: BankSide, paid: str
    ) -> None:
        bank.ear.wait_for(paid, 2)
        bank.ask("webhooks/forge", payment_id=paid, fields={"Tomorrow": 1.50, "Nested": {"a": [1]}})

        message = bank.ear.wait_for(paid, 3)[2]

        verify(bank, message)
        assert payments.parse(message.body).truth is not None

    def test_of_a_status_are_kept_as_they_came(
        self, payments: TBankPayments, bank: BankSide, paid: str
    ) -> None:
        bank.ear.wait_for(paid, 2)
        bank.ask("webhooks/forge", payment_id=paid, status="STATUS_OF_TOMORROW")

        truth = payments.parse(bank.ear.wait_for(paid, 3)[2].body).truth

        assert truth is not None
        assert truth.state is PaymentState.UNKNOWN_STATUS
        assert truth.raw_status == "STATUS_OF_TOMORROW"

    def test_of_success_without_success_prove_nothing(
        self, payments: TBankPayments, bank: BankSide, paid: str
    ) -> None:
        bank.ear.wait_for(paid, 2)
        bank.ask("webhooks/forge", payment_id=paid, fields={"Success": False})

        assert payments.parse(bank.ear.wait_for(paid, 3)[2].body).truth is None


class TestDelivery:
    @pytest.mark.parametrize(
        "answer", [(200, b""), (200, b'"OK"'), (200, b"ok"), (200, b"OK\n"), (201, b"OK"), (500, b"OK")]
    )
    def test_is_repeated_after_an_hour_unless_it_heard_ok(
        self, payments: TBankPayments, order: PaymentOrder, bank: BankSide, answer: tuple[int, bytes]
    ) -> None:
        made = payments.create(order, key="unused")
        bank.ear.answers[made.provider_id] = [answer, answer]
        bank.pay(made.provider_id)
        bank.ear.wait_for(made.provider_id, 2)
        wait_until(lambda: all(one["attempts"] for one in bank.deliveries(made.provider_id)))
        bank.ask("clock", shift_seconds=HOUR - 60)
        assert len(bank.ear.about(made.provider_id)) == 2

        bank.ask("clock", shift_seconds=HOUR + 60)

        bank.ear.wait_for(made.provider_id, 4)
        wait_until(lambda: states(bank, made.provider_id) == {"delivered"})

    def test_is_given_up_after_a_day_and_asked_for_again(
        self, payments: TBankPayments, order: PaymentOrder, bank: BankSide
    ) -> None:
        made = payments.create(order, key="unused")
        bank.ear.answers[made.provider_id] = [(500, b"")] * 50
        bank.pay(made.provider_id)
        for hour in range(25):
            bank.ask("clock", shift_seconds=hour * (HOUR + 1))
            bank.ear.wait_for(made.provider_id, 2 * (hour + 1))
            wait_until(lambda: "sending" not in states(bank, made.provider_id))
        assert states(bank, made.provider_id) == {"archived"}

        payments._api.ask("Resend")

        wait_until(lambda: states(bank, made.provider_id) == {"delivered"})

    def test_of_twenty_copies_comes_at_once(self, bank: BankSide, paid: str) -> None:
        bank.ear.wait_for(paid, 2)
        newest = bank.deliveries(paid)[0]["id"]

        bank.ask(f"deliveries/{newest}/replay", times=20)

        copies = bank.ear.wait_for(paid, 22)[2:]
        assert all(one.body == other.body for one, other in pairwise(copies))

    def test_is_withheld_while_switched_off(
        self, payments: TBankPayments, order: PaymentOrder, bank: BankSide
    ) -> None:
        bank.ask("switches", webhooks="off")
        made = payments.create(order, key="unused")
        bank.pay(made.provider_id)

        assert states(bank, made.provider_id) == {"withheld"}
        assert bank.ear.about(made.provider_id) == []

    def test_of_an_expired_one_comes_on_request_only(
        self, payments: TBankPayments, order: PaymentOrder, bank: BankSide
    ) -> None:
        silent, told = (
            payments.create(each, key="unused") for each in (order, order._replace(intent_id="two"))
        )
        bank.ask(f"payments/{silent.provider_id}/expire")
        bank.ask("switches", deadline_messages="on")
        bank.ask(f"payments/{told.provider_id}/expire")

        truth = payments.parse(bank.ear.wait_for(told.provider_id)[0].body).truth

        assert bank.deliveries(silent.provider_id) == []
        assert truth is not None
        assert (truth.state, truth.cancellation_reason) == (PaymentState.CANCELED, "expired_on_confirmation")


def states(bank: BankSide, payment_id: str) -> set[str]:
    return {one["state"] for one in bank.deliveries(payment_id)}
