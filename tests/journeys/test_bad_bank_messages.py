"""Messages about money that are forged, repeated, premature, or about the wrong sum or nobody's payment."""

import json
from base64 import b64encode
from collections.abc import Mapping
from uuid import uuid4

import pytest

from infra.demo import alone, money
from infra.demo.alone import Drafted
from infra.demo.client import Answer, Fields
from infra.demo.waiting import wait_for
from infra.demo.world import World
from infra.dev.stack_settings import WEBHOOK_SOURCE
from tests.journeys.refusals import refused, rows
from tests.stack import RunningStack

pytestmark = [pytest.mark.stack, pytest.mark.timeout(600)]

_WEBHOOK = "/payments/webhooks/yookassa"
_POSTED = """
SELECT t.kind, count(*) FROM ledger_transactions t JOIN payments p ON p.id = t.payment_id
WHERE p.provider_payment_id = :payment GROUP BY t.kind ORDER BY t.kind
"""
_PAYMENT = "SELECT status, amount_kopecks FROM payments WHERE provider_payment_id = :payment"
_SUSPENSE = """
SELECT t.reason, a.key LIKE 'suspense:%', b.balance_kopecks FROM payments p
JOIN operator_tasks t ON t.entity_id = p.id
JOIN ledger_accounts a ON a.key = 'suspense:' || p.id JOIN ledger_balances b ON b.account_id = a.id
WHERE p.provider_payment_id = :payment
"""


@pytest.fixture
def drafted(world: World) -> Drafted:
    """A signed deal with a link that nobody has paid by."""
    drafted = alone.submitted(world)
    alone.signed(drafted)
    return drafted


@pytest.fixture
def intent(drafted: Drafted) -> Fields:
    body = {"deal_id": drafted.deal["id"], "step_no": 1}
    return drafted.agent.do("/payments/intents", body).require(201).json


@pytest.fixture
def payment(world: World, intent: Fields) -> str:
    """The bank's id of the payment behind the link."""
    return str(world.bank.payment_of_link(str(intent["url"]))["id"])


def _told(world: World, message: object, *, source: str, headers: Mapping[str, str] | None = None) -> Answer:
    content = message if isinstance(message, bytes) else json.dumps(message).encode()
    sent = {"Content-Type": "application/json", **(headers or {})}
    return world.api.send("POST", _WEBHOOK, content=content, headers=sent, source=source)


def _claim(payment_id: str) -> Fields:
    amount = {"value": "300000.00", "currency": "RUB"}
    claimed = {"id": payment_id, "status": "succeeded", "paid": True, "amount": amount, "metadata": {}}
    return {"type": "notification", "event": "payment.succeeded", "object": claimed}


def _asked(world: World, payment_id: str) -> int:
    """How often the bank was asked for the truth about a payment."""
    received = world.bank.site.get("/_control/received").require(200).items
    return sum(each["method"] == "GET" and payment_id in each["path"] for each in received)


def _wait_until_asked(world: World, payment_id: str, times: int) -> None:
    wait_for("вопрос банку", lambda: True if _asked(world, payment_id) >= times else None)


def _payments(drafted: Drafted) -> list[Fields]:
    return drafted.agent.read(f"/payments?deal_id={drafted.deal['id']}").require(200).items


class TestForged:
    def test_from_a_wrong_address_is_refused(
        self, world: World, drafted: Drafted, intent: Fields, payment: str, stack: RunningStack
    ) -> None:
        listed = {"X-Forwarded-For": WEBHOOK_SOURCE, "X-Real-Ip": WEBHOOK_SOURCE}

        refused(_told(world, _claim(payment), source="127.0.0.99"), 403, "foreign_sender")
        refused(_told(world, _claim(payment), source="127.0.0.1", headers=listed), 403, "foreign_sender")

        assert _asked(world, payment) == 0
        assert rows(stack, _PAYMENT, payment=payment) == []
        assert _payments(drafted) == []
        seen = drafted.agent.read(f"/payments/intents/{intent['id']}").require(200).json
        assert seen["status"] == "pending"

    def test_claim_of_an_unpaid_payment_posts_nothing_and_blocks_nothing(
        self, world: World, drafted: Drafted, intent: Fields, payment: str, stack: RunningStack
    ) -> None:
        _told(world, _claim(payment), source=WEBHOOK_SOURCE).require(200)
        _wait_until_asked(world, payment, 1)
        assert rows(stack, _PAYMENT, payment=payment) == []

        world.bank.pay(str(intent["url"]))

        money.received_payment(drafted.agent, drafted.deal)
        assert rows(stack, _PAYMENT, payment=payment) == [("received", 300_000_00)]

    def test_claim_about_what_the_bank_doesn_t_know_posts_nothing(
        self, world: World, stack: RunningStack
    ) -> None:
        unknown = str(uuid4())
        _told(world, _claim(unknown), source=WEBHOOK_SOURCE).require(200)
        _wait_until_asked(world, unknown, 1)

        assert rows(stack, _PAYMENT, payment=unknown) == []


class TestRepeated:
    def test_twenty_times_is_one_payment(
        self, world: World, drafted: Drafted, intent: Fields, payment: str, stack: RunningStack
    ) -> None:
        world.bank.pay(str(intent["url"]))
        paid = money.received_payment(drafted.agent, drafted.deal)
        posted = rows(stack, _POSTED, payment=payment)
        asked = _asked(world, payment)
        (delivery,) = [
            each
            for each in world.bank.site.get("/_control/deliveries").require(200).items
            if each["object_id"] == payment
        ]
        world.bank.site.post(f"/_control/deliveries/{delivery['id']}/replay", {"times": 20}).require(200)
        _wait_until_asked(world, payment, asked + 20)

        assert [each["id"] for each in _payments(drafted)] == [paid["id"]]
        assert ("payment_received", 1) in posted
        assert rows(stack, _POSTED, payment=payment) in (posted, [*posted, ("step_released", 1)])


class TestWrongMoney:
    def test_of_another_sum_is_kept_apart(
        self, world: World, drafted: Drafted, intent: Fields, payment: str, stack: RunningStack
    ) -> None:
        world.bank.site.post(f"/_control/payments/{payment}/pay", {"amount": "1.00"}).require(200)
        found = wait_for("деньги на особом счёте", lambda: rows(stack, _SUSPENSE, payment=payment) or None)

        assert found == [("amount_mismatch", True, 1_00)]
        assert _payments(drafted) == []
        deal = drafted.agent.read(f"/deals/{drafted.deal['id']}").require(200).json
        assert [each["status"] for each in deal["plan"]] == ["planned"]
        assert drafted.agent.read(f"/payments/intents/{intent['id']}").json["status"] == "failed"

    def test_that_no_link_of_ours_asked_for_is_kept_apart(self, world: World, stack: RunningStack) -> None:
        payment = _foreign_payment(world, stack)
        world.bank.site.post(f"/_control/payments/{payment}/pay").require(200)
        found = wait_for("деньги на особом счёте", lambda: rows(stack, _SUSPENSE, payment=payment) or None)

        assert found == [("unknown_intent", True, 50_00)]


class TestMessage:
    def test_must_be_a_json_object_from_a_known_provider(self, world: World) -> None:
        refused(_told(world, b"<xml/>", source=WEBHOOK_SOURCE), 400, "malformed_message")
        refused(_told(world, b"[]", source=WEBHOOK_SOURCE), 400, "malformed_message")
        refused(_told(world, b" " * 70_000 + b"{}", source=WEBHOOK_SOURCE), 400, "malformed_message")
        refused(world.api.post("/payments/webhooks/nobank", {}), 404, "not_found")


def _foreign_payment(world: World, stack: RunningStack) -> str:
    """A payment that somebody made at the bank with our keys, outside of the product."""
    secret = b64encode(
        f"{stack.env['YOOKASSA_SHOP_ID']}:{stack.env['YOOKASSA_SECRET_KEY']}".encode()
    ).decode()
    order = {
        "amount": {"value": "50.00", "currency": "RUB"},
        "capture": True,
        "payment_method_data": {"type": "sbp"},
        "confirmation": {"type": "redirect", "return_url": "https://example.ru/"},
    }
    headers = {"Authorization": f"Basic {secret}", "Idempotence-Key": str(uuid4())}
    return str(world.bank.site.post("/v3/payments", order, headers).require(200).json["id"])
