"""T-Bank beside YooKassa on the deployed stack: its signed messages reach the books, and nothing else does."""

import json
from typing import Any
from uuid import uuid4

import pytest
import requests

from infra.demo.waiting import wait_for
from shared.adapters.sbp.tbank import TBankPayments
from shared.config.tbank import TBankTerminal
from shared.kernel.clock import utc_now
from shared.kernel.money import Money
from shared.ports.payments import PaymentOrder
from tests.journeys.refusals import rows
from tests.stack import RunningStack

pytestmark = [pytest.mark.stack, pytest.mark.timeout(600)]

_PAYMENT = "SELECT provider, status, amount_kopecks FROM payments WHERE provider_payment_id = :payment"


@pytest.fixture
def payments(stack: RunningStack) -> TBankPayments:
    """The stack's own terminal, at its own bank."""
    known = json.loads(stack.env["TBANK_TERMINALS"])["tbank"]
    return TBankPayments(
        TBankTerminal("tbank", stack.env["TBANK_URL"], known["terminal_key"], tuple(known["passwords"]), 2, 7)
    )


@pytest.fixture
def payment(payments: TBankPayments) -> str:
    """A link that our product didn't make: its money belongs to no intent."""
    order = PaymentOrder(str(uuid4()), Money(123_45), "Проверка", "https://example.test", utc_now())
    return payments.create(order, key="unused").provider_id


def _control(stack: RunningStack, path: str, **fields: object) -> None:
    url = f"{stack.control_urls['tbank']}/{path}"
    requests.post(url, json=fields, timeout=10).raise_for_status()


def _answers(stack: RunningStack, payment: str, *, origin: str) -> list[Any]:
    """What the gateway answered to the bank's messages about a payment, once all were tried."""

    def look() -> list[Any] | None:
        listed = requests.get(f"{stack.control_urls['tbank']}/deliveries", timeout=10).json()
        about = [one for one in listed if one["payment_id"] == payment and one["origin"] == origin]
        tried = [(try_["status"], try_["answer"]) for one in about for try_ in one["attempts"]]
        return tried if about and len(tried) == len(about) else None

    return wait_for("ответы шлюза банку", look)


class TestSecondBank:
    def test_is_heard_and_its_money_kept_apart(self, stack: RunningStack, payment: str) -> None:
        _control(stack, f"payments/{payment}/pay")

        assert _answers(stack, payment, origin="bank") == [(200, "OK"), (200, "OK")]
        booked = wait_for("запись платежа", lambda: rows(stack, _PAYMENT, payment=payment) or None)
        assert [tuple(row) for row in booked] == [("tbank", "suspense", 123_45)]

    @pytest.mark.parametrize("fields", [{"token": "wrong"}, {"token": "none"}, {"source": "foreign"}])
    def test_is_not_heard_in_a_strangers_voice(
        self, stack: RunningStack, payment: str, fields: dict[str, object]
    ) -> None:
        _control(stack, "webhooks/forge", payment_id=payment, **fields)

        ((status, _),) = _answers(stack, payment, origin="forged")
        assert status == 403
        assert rows(stack, _PAYMENT, payment=payment) == []
