"""The worker of the bank's messages: exactly once, wherever it dies."""

import json
from typing import Any

import pytest
from sqlalchemy import select

from functions.payments.intents_create.handler import app as create_intent
from functions.queues.bank_events.handler import app
from shared.adapters.payouts.factory import payout_provider
from shared.db.session import Transactions
from shared.inbox.models import InboxEvent
from shared.kernel.clock import utc_now
from shared.kernel.money import Money
from shared.kernel.roles import Role
from shared.ledger import accounts, balances
from shared.payments.models import Payment, PaymentIntent, PaymentStatus
from shared.payouts.models import Payout, PayoutStatus
from shared.payouts.sending import Sender
from shared.receipts import income
from shared.receipts.models import Receipt, ReceiptKind
from tests.adapters.yookassa.bankside import BankSide
from tests.builders.crashing import dies_at, labels_of
from tests.functions.conftest import call_function, queue_event
from tests.shared.payments.steps import fund_payouts, pay_and_release
from tests.shared.payments.world import Cast, a_cast, assert_books_balance, count_of, sign_in

LABELS = labels_of("bank_events")
#: points that other messages than a payment's pass
_OF_A_PAYOUT = [label for label in LABELS if label.startswith("bank_events.payout_")]
_OF_A_REFUND = [label for label in LABELS if label.startswith("bank_events.refund_")]
_OF_A_RECEIPT = [label for label in LABELS if label.startswith("bank_events.receipt_")]
_OF_UNKNOWN_KINDS = ["bank_events.kept"]
_OF_OTHERS = {*_OF_A_PAYOUT, *_OF_A_REFUND, *_OF_A_RECEIPT, *_OF_UNKNOWN_KINDS}
_OF_A_PAYMENT = [label for label in LABELS if label not in _OF_OTHERS]


def a_link(cast: Cast) -> str:
    """The provider's id of a payable link."""
    reply = call_function(
        create_intent,
        as_=sign_in(cast.agent_id, Role.AGENT),
        body={"deal_id": str(cast.deal_id), "step_no": 1},
    )
    with Transactions()() as session:
        intent = session.scalars(select(PaymentIntent).where(PaymentIntent.deal_id == cast.deal_id)).one()
    assert (reply.status, str(intent.id)) == (201, reply.json["id"])
    return intent.provider_payment_id or ""


def a_message(event: str, object_id: str) -> dict[str, Any]:
    body = {"type": "notification", "event": event, "object": {"id": object_id}}
    return queue_event(json.dumps({"provider": "yookassa", "body": json.dumps(body)}))


def handled(event: dict[str, Any]) -> bool:
    return app(event, None) == {"batchItemFailures": []}


def held(cast: Cast) -> Money:
    with Transactions()() as session:
        return balances.balance_of(session, accounts.deal_hold(cast.deal_id, 1))


class TestPayments:
    def test_a_paid_link_becomes_a_payment_and_income(self, bank: BankSide) -> None:
        cast = a_cast(agency=False)
        provider_id = a_link(cast)
        bank.ask(f"payments/{provider_id}/pay")
        message = a_message("payment.succeeded", provider_id)

        assert handled(message)
        assert handled(message)

        assert count_of(Payment) == 1
        assert count_of(Receipt) == 1
        assert held(cast) == Money(300_000_00)
        assert_books_balance()

    def test_the_providers_own_message_is_understood(self, bank: BankSide) -> None:
        cast = a_cast()
        provider_id = a_link(cast)
        bank.ask(f"payments/{provider_id}/pay")
        (heard,) = bank.ear.wait_for(provider_id)

        assert handled(queue_event(json.dumps({"provider": "yookassa", "body": heard.body.decode()})))

        assert held(cast) == Money(300_000_00)

    def test_a_forged_claim_posts_nothing(self, bank: BankSide) -> None:
        cast = a_cast()
        provider_id = a_link(cast)
        bank.ask("webhooks/forge", object_id=provider_id, amount="1.00")
        (forged,) = bank.ear.wait_for(provider_id)

        assert handled(queue_event(json.dumps({"provider": "yookassa", "body": forged.body.decode()})))
        assert (count_of(Payment), count_of(InboxEvent)) == (0, 0)

        bank.ask(f"payments/{provider_id}/pay")
        assert handled(a_message("payment.succeeded", provider_id))
        assert held(cast) == Money(300_000_00)

    @pytest.mark.parametrize("amount", ["299999.99", "300000.01"])
    def test_another_sum_goes_to_suspense(self, bank: BankSide, amount: str) -> None:
        cast = a_cast()
        provider_id = a_link(cast)
        bank.ask(f"payments/{provider_id}/pay", amount=amount)

        assert handled(a_message("payment.succeeded", provider_id))

        assert count_of(Payment, Payment.status == PaymentStatus.SUSPENSE) == 1
        assert held(cast) == Money.zero()
        assert_books_balance()

    def test_unknown_objects_and_kinds_change_nothing(self, bank: BankSide) -> None:
        assert handled(a_message("payment.succeeded", "2f000000-0000-0000-0000-000000000000"))
        assert handled(a_message("payout.succeeded", "po-00000000"))
        assert handled(a_message("deal.closed", "dl-1"))

        assert count_of(InboxEvent, InboxEvent.outcome == "unknown_kind") == 1
        assert count_of(Payment) == 0

    def test_while_the_provider_is_silent_the_message_comes_back(self, bank: BankSide) -> None:
        cast = a_cast()
        provider_id = a_link(cast)
        bank.ask(f"payments/{provider_id}/pay")
        bank.spoil("error_before", "payments.get")

        assert not handled(a_message("payment.succeeded", provider_id))
        assert handled(a_message("payment.succeeded", provider_id))
        assert held(cast) == Money(300_000_00)

    @pytest.mark.parametrize(
        "body", ["", "{}", "[]", '{"provider": "yookassa", "body": "{}"}', '{"provider": "x", "body": "{}"}']
    )
    def test_poison_goes_back_to_the_queue(self, bank: BankSide, body: str) -> None:
        assert not handled(queue_event(body))
        assert count_of(InboxEvent) == 0


class TestDeath:
    def test_the_points_are_known(self) -> None:
        assert len(_OF_A_PAYMENT) >= 12
        assert len(_OF_A_PAYOUT) >= 4
        assert set(_OF_UNKNOWN_KINDS) <= set(LABELS)

    @pytest.mark.parametrize("label", _OF_A_PAYMENT)
    def test_a_payment_is_booked_once(self, bank: BankSide, label: str) -> None:
        cast = a_cast(agency=False)
        provider_id = a_link(cast)
        bank.ask(f"payments/{provider_id}/pay")
        message = a_message("payment.succeeded", provider_id)

        assert dies_at(label, "queues.bank_events", message)
        assert_books_balance()
        assert handled(message)

        assert count_of(Payment) == 1
        assert count_of(Receipt) == 1
        assert held(cast) == Money(300_000_00)
        assert_books_balance()

    @pytest.mark.parametrize("label", _OF_A_PAYOUT)
    def test_a_payout_is_booked_once(self, bank: BankSide, label: str) -> None:
        cast = a_cast()
        provider_id = _a_payout_on_its_way(bank, cast)
        bank.ask(f"payouts/{provider_id}/succeed")
        message = a_message("payout.succeeded", provider_id)

        assert dies_at(label, "queues.bank_events", message)
        assert_books_balance()
        assert handled(message)

        assert count_of(Payout, Payout.status == PayoutStatus.SUCCEEDED) == 1
        assert count_of(Receipt, Receipt.kind == ReceiptKind.NPD) == 1
        assert_books_balance()

    @pytest.mark.parametrize("label", _OF_UNKNOWN_KINDS)
    def test_an_unknown_kind_is_kept_once(self, bank: BankSide, label: str) -> None:
        message = a_message("deal.closed", "dl-1")

        assert dies_at(label, "queues.bank_events", message)
        assert handled(message)

        assert count_of(InboxEvent) == 1


def _a_payout_on_its_way(bank: BankSide, cast: Cast) -> str:
    bank.ask("payouts/plan", plan="hold")
    pay_and_release(cast)
    fund_payouts(Money(167_931_15))
    Sender(Transactions(), payout_provider("yookassa"), (), income.of_payout, utc_now()).send_due()
    with Transactions()() as session:
        payout = session.scalars(select(Payout).where(Payout.owner_user_id == cast.agent_id)).one()
    assert payout.status is PayoutStatus.SENDING
    return payout.provider_payout_id or ""
