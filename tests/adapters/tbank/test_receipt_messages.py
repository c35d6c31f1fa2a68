"""Messages about receipts as the bank writes them: what is signed is believed, what isn't whole is no receipt."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from localstack.standins.tbank.token import token_of
from shared.adapters.sbp import tbank_events
from shared.kernel.money import Money
from shared.ports.fiscal import FiscalDocument, PaymentMode, ReceiptSense
from shared.ports.payments import BankEvent
from tests.adapters.tbank.bankside import DEALS_KEY, KEY, PASSWORD, BankSide

ITEM = {"Name": "Услуга", "Price": 4000, "Quantity": 1, "Amount": 4000, "PaymentMethod": "full_payment"}
TOLD: dict[str, Any] = {
    "TerminalKey": KEY,
    "OrderId": "636",
    "Success": True,
    "Status": "RECEIPT",
    "PaymentId": 23735099,
    "ErrorCode": "0",
    "Amount": 4000,
    "FiscalNumber": 2,
    "ShiftNumber": 56,
    "ReceiptDatetime": "2026-06-18T12:27:00+03:00",
    "FnNumber": "8710000101855975",
    "EcrRegNumber": "0001785103056432",
    "FiscalDocumentNumber": 118,
    "FiscalDocumentAttribute": 173423614,
    "Receipt": {"Items": [ITEM], "Taxation": "osn", "Email": "a@example.test"},
    "Type": "Income",
}
NUMBERS = ("FnNumber", "FiscalDocumentNumber", "FiscalDocumentAttribute")


def told(**changes: Any) -> dict[str, Any]:
    """None leaves a field out."""
    return {name: value for name, value in (TOLD | changes).items() if value is not None}


def parsed(bank: BankSide, fields: dict[str, Any], *, password: str = PASSWORD) -> BankEvent:
    signed = {**fields, "Token": token_of(fields, password)}
    return tbank_events.parse(json.dumps(signed).encode(), bank.terminal())


class TestRegistered:
    def test_has_the_numbers_that_find_it_at_the_tax_service(self, bank: BankSide) -> None:
        event = parsed(bank, told())

        assert event == BankEvent(
            key="23735099:RECEIPT:8710000101855975:118",
            kind="receipt.registered",
            object_id="23735099",
            document=FiscalDocument(
                "23735099",
                ReceiptSense.INCOME,
                PaymentMode.FULL_PAYMENT,
                Money(40_00),
                "118",
                "8710000101855975",
                "173423614",
                datetime(2026, 6, 18, 9, 27, tzinfo=UTC),
            ),
        )

    def test_return_is_known_by_its_type(self, bank: BankSide) -> None:
        document = parsed(bank, told(Type="IncomeReturn")).document

        assert document is not None
        assert document.sense is ReceiptSense.INCOME_RETURN

    @pytest.mark.parametrize(
        ("receipt", "mode", "kopecks"),
        [
            (None, None, 4000),
            ({"Items": []}, None, 4000),
            ({"Items": [ITEM, ITEM | {"PaymentMethod": "full_prepayment"}]}, None, 8000),
            ({"Items": [ITEM | {"PaymentMethod": "advance"}]}, None, 4000),
            (
                {"Items": [ITEM | {"PaymentMethod": "full_prepayment", "Amount": 1500}]},
                "full_prepayment",
                1500,
            ),
        ],
    )
    def test_is_what_its_lines_say_where_they_are_told(
        self, bank: BankSide, receipt: object, mode: str | None, kopecks: int
    ) -> None:
        document = parsed(bank, told(Receipt=receipt)).document

        assert document is not None
        assert (document.mode, document.amount) == (mode, Money(kopecks))

    @pytest.mark.parametrize("written", [None, "18.06.2026", "2026-06-18T12:27:00"])
    def test_without_a_moment_has_none(self, bank: BankSide, written: str | None) -> None:
        document = parsed(bank, told(ReceiptDatetime=written)).document

        assert document is not None
        assert document.registered_at is None


class TestRefused:
    @pytest.mark.parametrize("changes", [{"ErrorCode": "1"}, {"Success": False}])
    def test_has_no_numbers(self, bank: BankSide, changes: dict[str, Any]) -> None:
        event = parsed(bank, told(**changes))

        assert event.kind == "receipt.refused"
        assert event.document is not None
        assert not event.document.is_made

    def test_twice_at_different_moments_is_two_events(self, bank: BankSide) -> None:
        first = parsed(bank, told(ErrorCode="1"))
        second = parsed(bank, told(ErrorCode="1", ReceiptDatetime="2026-06-18T12:28:00+03:00"))

        assert first.key != second.key


class TestUnconnected:
    def test_register_has_made_nothing(self, bank: BankSide) -> None:
        event = parsed(bank, told(**dict.fromkeys(NUMBERS), Type=None))

        assert (event.kind, event.document, event.truth) == ("receipt_unmade", None, None)


class TestNoMessage:
    @pytest.mark.parametrize(
        "changes",
        [
            {"TerminalKey": DEALS_KEY},
            {"Type": "Outcome"},
            {"PaymentId": "../1"},
            {"Amount": 40.5},
            {"FnNumber": "87-1"},
            {"FiscalDocumentNumber": None},
            {"FiscalDocumentAttribute": True},
            {"Receipt": {"Items": [ITEM | {"Amount": "all"}]}},
        ],
    )
    def test_is_what_lacks_or_spoils_a_part(self, bank: BankSide, changes: dict[str, Any]) -> None:
        with pytest.raises(ValueError, match=r"^(no|not) "):
            parsed(bank, told(**changes))

    def test_is_what_the_bank_did_not_sign(self, bank: BankSide) -> None:
        with pytest.raises(ValueError, match="not proved"):
            parsed(bank, told(), password="wrong")
