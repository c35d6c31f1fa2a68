"""The worker and a bank that signs: what the message proves is booked without asking, once, in any order."""

import json
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import select

from functions.payments.intents_create.handler import app as create_intent
from functions.queues.bank_events.handler import app
from functions.webhooks.sbp.handler import app as webhook
from shared.db.session import Transactions
from shared.kernel.money import Money
from shared.kernel.roles import Role
from shared.ledger import accounts, balances
from shared.payments.models import IntentStatus, Payment, PaymentIntent, PaymentStatus
from tests.adapters.tbank.bankside import BankSide, Heard
from tests.builders.cloud import Cloud
from tests.functions.conftest import call_function, queue_event
from tests.shared.payments.world import Cast, a_cast, assert_books_balance, count_of, sign_in


def a_link(cast: Cast) -> PaymentIntent:
    reply = call_function(
        create_intent,
        as_=sign_in(cast.agent_id, Role.AGENT),
        body={"deal_id": str(cast.deal_id), "step_no": 1},
    )
    assert reply.status == 201
    return intent_of(cast)


def intent_of(cast: Cast) -> PaymentIntent:
    with Transactions()() as session:
        return session.scalars(select(PaymentIntent).where(PaymentIntent.deal_id == cast.deal_id)).one()


def handled(body: bytes) -> bool:
    event = queue_event(json.dumps({"provider": "tbank", "body": body.decode()}))
    return app(event, None) == {"batchItemFailures": []}


def held(cast: Cast) -> Money:
    with Transactions()() as session:
        return balances.balance_of(session, accounts.deal_hold(cast.deal_id, 1))


def paid(tbank: BankSide, cast: Cast, **fields: object) -> list[Heard]:
    """A link that was paid: AUTHORIZED and CONFIRMED."""
    payment_id = a_link(cast).provider_payment_id or ""
    tbank.pay(payment_id, **fields)
    return [tbank.ear.told(payment_id, status) for status in ("AUTHORIZED", "CONFIRMED")]


class TestSignedMessage:
    def test_is_booked_without_asking(self, tbank: BankSide) -> None:
        cast = a_cast()
        _, confirmed = paid(tbank, cast)
        tbank.spoil("error_before", "GetState", times=5)

        assert handled(confirmed.body)

        assert held(cast) == Money(300_000_00)
        assert intent_of(cast).status is IntentStatus.PAID
        assert_books_balance()

    @pytest.mark.parametrize("order", list(permutations((0, 1, 1))))
    def test_is_booked_once_in_any_order(self, tbank: BankSide, order: tuple[int, ...]) -> None:
        cast = a_cast()
        told = paid(tbank, cast)

        assert all(handled(told[place].body) for place in order)

        assert count_of(Payment) == 1
        assert held(cast) == Money(300_000_00)
        assert_books_balance()

    def test_of_a_reservation_books_nothing(self, tbank: BankSide) -> None:
        cast = a_cast()
        authorized, _ = paid(tbank, cast)

        assert handled(authorized.body)

        assert count_of(Payment) == 0

    @pytest.mark.parametrize("kopecks", [299_999_99, 300_000_01])
    def test_of_another_sum_goes_to_suspense(self, tbank: BankSide, kopecks: int) -> None:
        cast = a_cast()
        _, confirmed = paid(tbank, cast, amount=kopecks)

        assert handled(confirmed.body)

        assert count_of(Payment, Payment.status == PaymentStatus.SUSPENSE) == 1
        assert held(cast) == Money.zero()

    def test_changed_on_the_way_to_the_worker_is_asked_about(self, tbank: BankSide) -> None:
        cast = a_cast()
        payment_id = a_link(cast).provider_payment_id or ""
        tbank.ask("webhooks/forge", payment_id=payment_id, token="wrong")
        (forged,) = tbank.ear.wait_for(payment_id)

        assert handled(forged.body)

        assert count_of(Payment) == 0
        assert intent_of(cast).status is IntentStatus.PENDING

    def test_of_an_expired_link_ends_it(self, tbank: BankSide) -> None:
        cast = a_cast()
        tbank.ask("switches", deadline_messages="on")
        payment_id = a_link(cast).provider_payment_id or ""
        tbank.ask(f"payments/{payment_id}/expire")

        assert handled(tbank.ear.wait_for(payment_id)[0].body)

        assert intent_of(cast).status is IntentStatus.EXPIRED

    def test_of_money_back_that_nobody_asked_for_comes_to_a_person(self, tbank: BankSide) -> None:
        cast = a_cast()
        told = paid(tbank, cast)
        assert handled(told[1].body)
        tbank.ask("webhooks/forge", payment_id=told[0].subject, status="PARTIAL_REFUNDED", amount=100)

        assert handled(tbank.ear.told(told[0].subject, "PARTIAL_REFUNDED").body)

        assert held(cast) == Money(300_000_00)


class TestWebhook:
    def test_takes_what_is_signed_and_says_ok(self, tbank: BankSide, cloud: Cloud) -> None:
        _, confirmed = paid(tbank, a_cast())

        reply = _send(confirmed)

        assert (reply.status, reply.text) == (200, "OK")
        assert reply.headers["Content-Type"].startswith("text/plain")
        (queued,) = cloud.take("bank-events")
        assert handled(json.loads(queued)["body"].encode())

    def test_refuses_what_is_not(self, tbank: BankSide, cloud: Cloud) -> None:
        _, confirmed = paid(tbank, a_cast())
        changed = confirmed.body.replace(b"CONFIRMED", b"REJECTED")

        assert _send(Heard(changed, confirmed.peer, confirmed.path)).status == 403
        assert _send(Heard(confirmed.body, "127.0.0.99", confirmed.path)).status == 403
        assert cloud.take("bank-events") == []


def _send(message: Heard) -> Any:
    return call_function(webhook, raw=message.body, peer=message.peer, key=None, terminal="tbank")
