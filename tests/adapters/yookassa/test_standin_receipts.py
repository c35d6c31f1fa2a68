"""The stand-in refuses of a receipt what the provider refuses, and names the field."""

from typing import Any
from uuid import uuid4

import pytest
import requests

from shared.adapters.sbp.yookassa import YooKassaPayments
from shared.adapters.sbp.yookassa_receipt import receipt_of
from shared.kernel.money import Money
from shared.ports.fiscal import PaymentMode
from tests.adapters.yookassa.bankside import KEYS, BankSide, a_payment_order
from tests.adapters.yookassa.test_receipt_mapping import a_receipt

WHOLE = Money(150_000_00)


@pytest.fixture
def paid(bank: BankSide, payments: YooKassaPayments) -> str:
    made = payments.create(a_payment_order(), key=str(uuid4()))
    bank.ask(f"payments/{made.provider_id}/pay")
    return made.provider_id


class TestStandIn:
    @pytest.mark.parametrize(
        ("change", "parameter"),
        [
            ({"customer": {}}, "receipt.customer"),
            ({"customer": {"email": "nobody"}}, "receipt.customer"),
            ({"customer": {"phone": "+79161234567"}}, "receipt.customer"),
            ({"tax_system_code": 7}, "receipt.tax_system_code"),
            ({"items": []}, "receipt.items"),
            ({"item": {"description": "я" * 129}}, "receipt.items.description"),
            ({"item": {"description": ""}}, "receipt.items.description"),
            ({"item": {"vat_code": 13}}, "receipt.items.vat_code"),
            ({"item": {"payment_mode": "someday"}}, "receipt.items.payment_mode"),
            ({"item": {"payment_subject": "miracle"}}, "receipt.items.payment_subject"),
            ({"item": {"agent_type": "spy"}}, "receipt.items.agent_type"),
            ({"item": {"supplier": None}}, "receipt.items.supplier"),
            ({"item": {"supplier": {"name": "ООО", "inn": "1"}}}, "receipt.items.supplier.inn"),
            ({"item": {"quantity": "2"}}, "receipt.items.quantity"),
            ({"item": {"amount": {"value": "149999.99", "currency": "RUB"}}}, "receipt.items"),
        ],
    )
    def test_refuses_wrong_data(self, bank: BankSide, change: dict[str, Any], parameter: str) -> None:
        receipt: dict[str, Any] = receipt_of(a_receipt(WHOLE))
        receipt["items"][0].update(change.pop("item", {}))
        receipt.update(change)

        answer = _ask(bank, receipt)

        assert answer.status_code == 400
        assert answer.json()["code"] == "invalid_request"
        assert answer.json()["parameter"] == parameter

    def test_takes_what_the_adapter_writes(self, bank: BankSide) -> None:
        answer = _ask(bank, receipt_of(a_receipt(WHOLE)))

        assert answer.status_code == 200
        assert answer.json()["receipt_registration"] == "pending"

    def test_a_shop_may_insist_on_receipts(self, bank: BankSide) -> None:
        bank.ask("receipts/plan", required=True)

        assert _ask(bank, None).json()["parameter"] == "receipt"
        assert _ask(bank, receipt_of(a_receipt(WHOLE))).status_code == 200

    @pytest.mark.parametrize(
        ("change", "parameter"),
        [
            ({"send": False}, "send"),
            ({"type": "gift"}, "type"),
            ({"settlements": []}, "settlements"),
            (
                {"settlements": [{"type": "barter", "amount": {"value": "150000.00", "currency": "RUB"}}]},
                "settlements.type",
            ),
            (
                {"settlements": [{"type": "prepayment", "amount": {"value": "1.00", "currency": "RUB"}}]},
                "settlements",
            ),
            ({"payment_id": "nobody"}, "payment_id"),
        ],
    )
    def test_refuses_a_wrong_receipt(
        self, bank: BankSide, paid: str, change: dict[str, Any], parameter: str
    ) -> None:
        body: dict[str, Any] = {
            **receipt_of(a_receipt(WHOLE, mode=PaymentMode.FULL_PAYMENT)),
            "type": "payment",
            "payment_id": paid,
            "send": True,
            "settlements": [{"type": "prepayment", "amount": {"value": "150000.00", "currency": "RUB"}}],
        }

        answer = _post(bank, "receipts", body | change)

        assert (answer.status_code, answer.json()["parameter"]) == (400, parameter)


def _ask(bank: BankSide, receipt: dict[str, Any] | None) -> requests.Response:
    body: dict[str, Any] = {
        "amount": {"value": "150000.00", "currency": "RUB"},
        "capture": True,
        "payment_method_data": {"type": "sbp"},
        "confirmation": {"type": "redirect", "return_url": "https://example.test/pay/done"},
    }
    return _post(bank, "payments", body if receipt is None else body | {"receipt": receipt})


def _post(bank: BankSide, path: str, body: dict[str, Any]) -> requests.Response:
    return requests.post(
        f"{bank.url}/v3/{path}",
        json=body,
        auth=(KEYS["YOOKASSA_SHOP_ID"], KEYS["YOOKASSA_SECRET_KEY"]),
        headers={"Idempotence-Key": str(uuid4())},
        timeout=10,
    )
