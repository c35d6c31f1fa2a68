"""The stand-in as a person and a launcher meet it."""

import os
import subprocess
import sys
from pathlib import Path

import requests

from shared.adapters.sbp.yookassa import YooKassaPayments
from shared.ports.payments import PaymentOrder, PaymentState
from tests.adapters.yookassa.bankside import KEYS, ROOT, BankSide, Ear, running_bank


class TestStart:
    def test_is_refused_without_keys(self, tmp_path: Path) -> None:
        command = [
            sys.executable,
            "-m",
            "localstack.standins.yookassa",
            "--port",
            "0",
            "--data",
            str(tmp_path),
        ]

        tried = subprocess.run(  # noqa: S603 -- our own module
            [*command, "--webhook-url", "http://127.0.0.1:9/"],
            cwd=ROOT,
            env={name: value for name, value in os.environ.items() if name not in KEYS},
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )

        assert tried.returncode != 0
        assert "YOOKASSA_SHOP_ID" in tried.stderr

    def test_takes_what_is_there(self, tmp_path: Path, order: PaymentOrder, key: str) -> None:
        with running_bank(tmp_path, "http://127.0.0.1:9/") as address:
            made = YooKassaPayments(BankSide(address, Ear()).shop()).create(order, key=key)
        with running_bank(tmp_path, "http://127.0.0.1:9/") as address:
            found = YooKassaPayments(BankSide(address, Ear()).shop()).get(made.provider_id)

        assert found == made


class TestCheckout:
    def test_lets_a_person_pay(
        self, payments: YooKassaPayments, order: PaymentOrder, key: str, bank: BankSide
    ) -> None:
        made = payments.create(order, key=key)
        assert made.url is not None
        shown = requests.get(made.url, timeout=5).text
        assert "150\u00a0000,00" in shown
        assert "Оплатить" in shown

        after = requests.post(
            f"{bank.url}/checkout", {"orderId": made.provider_id, "answer": "pay"}, timeout=5
        )

        paid = payments.get(made.provider_id)
        assert "Оплачено" in after.text
        assert paid is not None
        assert paid.state is PaymentState.SUCCEEDED

    def test_lets_a_person_refuse(
        self, payments: YooKassaPayments, order: PaymentOrder, key: str, bank: BankSide
    ) -> None:
        made = payments.create(order, key=key)
        requests.post(f"{bank.url}/checkout", {"orderId": made.provider_id, "answer": "refuse"}, timeout=5)

        ended = payments.get(made.provider_id)

        assert ended is not None
        assert ended.cancellation_reason == "general_decline"

    def test_knows_no_strange_payment(self, bank: BankSide) -> None:
        assert requests.get(f"{bank.url}/checkout?orderId=x", timeout=5).status_code == 404


class TestControl:
    def test_shows_a_page_with_buttons_that_work(
        self, payments: YooKassaPayments, order: PaymentOrder, key: str, bank: BankSide
    ) -> None:
        made = payments.create(order, key=key)
        action = f"/_control/payments/{made.provider_id}/pay"
        assert action in requests.get(f"{bank.url}/_control", timeout=5).text

        page = requests.post(f"{bank.url}{action}", headers={"Accept": "text/html"}, timeout=5)

        paid = payments.get(made.provider_id)
        assert page.url == f"{bank.url}/_control"
        assert paid is not None
        assert paid.state is PaymentState.SUCCEEDED

    def test_keeps_what_it_received_without_the_key(
        self, payments: YooKassaPayments, order: PaymentOrder, key: str, bank: BankSide
    ) -> None:
        payments.create(order, key=key)

        kept = next(one for one in bank.see("received") if one["idempotence_key"] == key)

        assert (kept["method"], kept["path"], kept["status"]) == ("POST", "/v3/payments", 200)
        assert KEYS["YOOKASSA_SECRET_KEY"] not in str(kept)

    def test_refuses_what_a_final_payment_cannot_do(
        self, payments: YooKassaPayments, order: PaymentOrder, key: str, bank: BankSide
    ) -> None:
        made = payments.create(order, key=key)
        bank.ask(f"payments/{made.provider_id}/pay")

        again = requests.post(f"{bank.url}/_control/payments/{made.provider_id}/pay", timeout=5)

        assert again.status_code == 409

    def test_refuses_a_fault_it_does_not_know(self, bank: BankSide) -> None:
        assert (
            requests.post(f"{bank.url}/_control/faults", json={"kind": "magic"}, timeout=5).status_code == 422
        )

    def test_requires_a_key_for_what_is_created(self, bank: BankSide) -> None:
        account = bank.shop()
        answer = requests.post(
            f"{bank.url}/v3/payments", json={}, auth=(account.account_id, account.secret_key), timeout=5
        )

        assert answer.status_code == 400
        assert answer.json()["parameter"] == "Idempotence-Key"
