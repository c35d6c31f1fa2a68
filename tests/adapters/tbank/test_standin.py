"""The stand-in itself: what the bank would refuse, what it keeps, its registry."""

import csv
import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests

from localstack.standins.tbank.token import token_of
from shared.adapters.sbp.tbank import TBankPayments
from shared.adapters.sbp.tbank_refunds import TBankRefunds
from shared.kernel.clock import moscow_date, utc_now
from shared.ports.payments import PaymentOrder
from tests.adapters.tbank.bankside import KEY, PASSWORD, BankSide, a_refund, an_order
from tests.adapters.yookassa.bankside import ROOT, wait_until


def post(bank: BankSide, method: str, **fields: object) -> Any:
    body = {"TerminalKey": KEY, **fields}
    body.setdefault("Token", token_of(body, PASSWORD))
    answer = requests.post(f"{bank.url}/v2/{method}", json=body, timeout=5)
    assert answer.status_code == 200
    return answer.json()


def init(bank: BankSide, **changes: object) -> Any:
    return post(bank, "Init", **{"Amount": 150_000_00, "OrderId": an_order().intent_id, **changes})


RECEIPT_LINE = {
    "Name": "Услуга", "Price": 150_000_00, "Quantity": 1, "Amount": 150_000_00,
    "Tax": "none", "PaymentMethod": "full_prepayment", "PaymentObject": "service",
}  # fmt: skip
RECEIPT = {"Email": "a@example.test", "Taxation": "osn", "Items": [RECEIPT_LINE]}


class TestRefusals:
    def test_come_with_200_and_a_code(self, bank: BankSide) -> None:
        refused = init(bank, Token="0" * 64)

        assert (refused["Success"], refused["ErrorCode"]) == (False, "204")
        assert refused["Message"].startswith("Неверный токен")

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"TerminalKey": "NobodyDEMO"}, "205"),
            ({"Amount": 9_99}, "251"),
            ({"Amount": "1000"}, "251"),
            ({"Amount": 1000.5}, "251"),
            ({"OrderId": "o" * 37}, "212"),
            ({"Description": "д" * 141}, "213"),
            ({"RedirectDueDate": "2020-01-01T00:00:00+03:00"}, "12"),
            ({"RedirectDueDate": "tomorrow"}, "12"),
            ({"DATA": {f"k{number}": "v" for number in range(21)}}, "207"),
            ({"DATA": {"k" * 21: "v"}}, "208"),
            ({"DATA": {"k": "v" * 101}}, "209"),
            ({"PayType": "T"}, "8"),
            ({"CreateDealWithType": "XX"}, "1"),
            ({"DealId": "1"}, "1"),
            ({"Receipt": {**RECEIPT, "Email": ""}}, "309"),
            ({"Receipt": {**RECEIPT, "Taxation": "npd"}}, "309"),
            ({"Receipt": {**RECEIPT, "Items": []}}, "309"),
            ({"Receipt": {**RECEIPT, "Items": [{**RECEIPT_LINE, "Tax": "vat33"}]}}, "309"),
            ({"Receipt": {**RECEIPT, "Items": [{**RECEIPT_LINE, "PaymentMethod": None}]}}, "309"),
            ({"Receipt": {**RECEIPT, "Items": [{**RECEIPT_LINE, "PaymentObject": "x"}]}}, "309"),
            ({"Receipt": {**RECEIPT, "Items": [{**RECEIPT_LINE, "Price": 1}]}}, "308"),
            ({"Receipt": {**RECEIPT, "Items": [RECEIPT_LINE, RECEIPT_LINE]}}, "334"),
        ],
    )
    def test_name_what_is_wrong_with_a_payment(
        self, bank: BankSide, changes: dict[str, object], code: str
    ) -> None:
        assert init(bank, **changes)["ErrorCode"] == code

    def test_are_no_habit(self, bank: BankSide) -> None:
        assert init(bank, Receipt=RECEIPT, DATA={"deal": "42"})["Success"] is True

    def test_keep_a_terminals_payments_from_another(self, bank: BankSide) -> None:
        made = TBankPayments(bank.terminal("deals")).create(an_order(), key="unused")

        assert post(bank, "GetState", PaymentId=made.provider_id)["ErrorCode"] == "255"


class TestPayments:
    def test_may_be_several_of_one_order(self, bank: BankSide) -> None:
        first, second = (init(bank, OrderId="twice") for _ in range(2))

        listed = post(bank, "CheckOrder", OrderId="twice")["Payments"]

        assert [one["PaymentId"] for one in listed] == [first["PaymentId"], second["PaymentId"]]
        assert listed[0]["Success"] == "true"
        assert listed[0]["ErrorCode"] == 0

    def test_are_found_by_the_one_that_tells_the_most(
        self, payments: TBankPayments, order: PaymentOrder, bank: BankSide
    ) -> None:
        first = init(bank, OrderId=order.intent_id)["PaymentId"]
        second = init(bank, OrderId=order.intent_id)["PaymentId"]
        newest = payments.find(order.intent_id, created_after=order.created_at)
        bank.pay(first)

        paid = payments.find(order.intent_id, created_after=order.created_at)

        assert newest is not None
        assert newest.provider_id == second
        assert paid is not None
        assert paid.provider_id == first

    def test_of_a_test_terminal_pay_themselves_on_request(self, bank: BankSide) -> None:
        made = {name: init(bank)["PaymentId"] for name in ("CONFIRMED", "DEADLINE_EXPIRED", "REJECTED")}

        post(bank, "SbpPayTest", PaymentId=made["CONFIRMED"])
        post(bank, "SbpPayTest", PaymentId=made["DEADLINE_EXPIRED"], IsDeadlineExpired=True)
        post(bank, "SbpPayTest", PaymentId=made["REJECTED"], IsRejected=True)

        assert {name: post(bank, "GetState", PaymentId=one)["Status"] for name, one in made.items()} == {
            name: name for name in made
        }

    def test_survive_two_refused_tries(self, bank: BankSide) -> None:
        made = init(bank)["PaymentId"]
        seen = []
        for _ in range(3):
            bank.ask(f"payments/{made}/fail")
            seen.append(post(bank, "GetState", PaymentId=made)["Status"])

        assert seen == ["FORM_SHOWED", "FORM_SHOWED", "REJECTED"]

    def test_end_by_themselves_when_their_time_is_over(
        self, payments: TBankPayments, order: PaymentOrder, bank: BankSide
    ) -> None:
        made = payments.create(order, key="unused")
        bank.ask("clock", shift_seconds=2 * 3600 + 1)

        wait_until(lambda: bank.made_for(order.intent_id)[0]["Status"] == "DEADLINE_EXPIRED")

        assert post(bank, "GetQr", PaymentId=made.provider_id)["ErrorCode"] == "4"

    def test_show_a_page_with_the_code_and_take_the_money_there(
        self, payments: TBankPayments, order: PaymentOrder
    ) -> None:
        made = payments.create(order, key="unused")

        shown = requests.get(str(made.url), timeout=5).text
        paid = requests.post(str(made.url), data={"answer": "pay"}, timeout=5).text

        assert "150\u00a0000,00 ₽" in shown
        assert "<svg" in shown
        assert "Оплачено." in paid

    def test_give_a_picture_of_the_code(self, bank: BankSide) -> None:
        made = init(bank)["PaymentId"]

        picture = post(bank, "GetQr", PaymentId=made, DataType="IMAGE")["Data"]

        assert picture.startswith("<svg")


class TestRegistry:
    def test_has_each_operation_of_a_moscow_day_with_its_charge(
        self, payments: TBankPayments, refunds: TBankRefunds, order: PaymentOrder, bank: BankSide
    ) -> None:
        made = payments.create(order, key="unused")
        payments.create(an_order(), key="unused")
        bank.pay(made.provider_id)
        back = a_refund(made, 50_000_00)
        refunds.refund(back, key="unused")

        lines = [line for line in _registry(bank) if line["payment_id"] == made.provider_id]

        assert [
            (line["operation"], line["amount_kopecks"], line["charge_kopecks"], line["net_kopecks"])
            for line in lines
        ] == [("payment", "15000000", "105000", "14895000"), ("refund", "-5000000", "0", "-5000000")]
        assert lines[0]["order_id"] == order.intent_id
        assert lines[1]["refund_id"] == back.refund_id

    def test_of_another_day_is_empty(self, bank: BankSide) -> None:
        assert _registry(bank, "2020-01-01") == []


class TestControl:
    def test_has_a_page(self, bank: BankSide) -> None:
        init(bank)

        page = requests.get(f"{bank.url}/_control", timeout=5).content.decode()

        assert "Учебный Т-Банк" in page
        assert PASSWORD not in page

    @pytest.mark.parametrize(
        ("path", "fields", "status"),
        [
            ("payments/1/pay", {}, 404),
            ("switches", {"refunds": "perhaps"}, 422),
            ("switches", {"nothing": "on"}, 422),
            ("faults", {"kind": "meteor"}, 422),
            ("deliveries/999999/replay", {}, 422),
            ("refunds/999999/finish", {}, 409),
        ],
    )
    def test_says_what_it_does_not_know(
        self, bank: BankSide, path: str, fields: dict[str, object], status: int
    ) -> None:
        answer = requests.post(f"{bank.url}/_control/{path}", json=fields, timeout=5)

        assert answer.status_code == status

    def test_keeps_no_password_of_what_it_received(self, bank: BankSide) -> None:
        init(bank)

        assert PASSWORD not in str(bank.see("received"))


class TestStart:
    def test_needs_its_terminals(self, tmp_path: Path) -> None:
        started = subprocess.run(  # noqa: S603 -- our own module
            [sys.executable, "-m", "localstack.standins.tbank", "--port", "0", "--data", str(tmp_path), "--webhook-url", "http://127.0.0.1:9"],
            cwd=ROOT,
            env={name: value for name, value in os.environ.items() if name != "TBANK_TERMINALS"},
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )  # fmt: skip

        assert started.returncode != 0
        assert "TBANK_TERMINALS" in started.stderr


def _registry(bank: BankSide, day: str | None = None) -> list[dict[str, str]]:
    asked = day or moscow_date(utc_now()).isoformat()
    text = requests.get(f"{bank.url}/_control/registry/{KEY}/{asked}", timeout=5).text
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))
