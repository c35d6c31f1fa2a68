"""Cash registers' receipts at the stand-in, from the payment to the return, and runs that die between their statements."""

import json
from datetime import timedelta
from typing import Any

import pytest

from functions.schedules.kkt_receipts.handler import app
from shared.adapters.fiscal.factory import fiscal_register
from shared.db.session import Transactions
from shared.kernel.clock import utc_now
from shared.kernel.money import Money
from shared.payouts import release
from shared.receipts.kkt_models import KktKind
from shared.receipts.kkt_registering import Registrar
from shared.receipts.models import ReceiptStatus
from tests.adapters.yookassa.bankside import BankSide
from tests.builders.crashing import dies_at, labels_of
from tests.functions.refunding import paid_at
from tests.functions.refunding import run as run_refunds
from tests.shared.payments.world import Cast, a_cast
from tests.shared.receipts.cash_register import statuses
from tests.shared.refunds.asking import WHOLE, ask

PART = Money(100_000_00)
REGISTERED = ReceiptStatus.REGISTERED


def run(later: timedelta = timedelta(minutes=5)) -> dict[str, int]:
    return Registrar(Transactions(), fiscal_register, utc_now() + later).run()


def at_the_register(bank: BankSide) -> list[tuple[str, str, list[str], int]]:
    """Oldest first: type, settlement, ways of payment and VAT code."""
    return [
        (
            one["type"],
            one["settlements"][0]["type"],
            [item["payment_mode"] for item in one["items"]],
            one["items"][0]["vat_code"],
        )
        for one in reversed(bank.see("receipts"))
    ]


def body_of(bank: BankSide, path: str) -> Any:
    return next(json.loads(one["body"]) for one in bank.see("received") if one["path"] == f"/v3/{path}")


@pytest.fixture
def released(bank: BankSide) -> Cast:
    cast = a_cast()
    paid_at(bank, cast)
    assert run() == {"registered": 1}
    release.release_due(Transactions(), now=utc_now())
    return cast


class TestRegisterReceipts:
    def test_payment_release_and_refunds_have_their_chain(self, bank: BankSide) -> None:
        before = len(bank.see("receipts"))
        cast = a_cast(hold_days=3)
        paid_at(bank, cast)
        for _ in range(2):
            ask(cast, PART)
            run_refunds(timedelta(minutes=5))
        release.release_due(Transactions(), now=utc_now() + timedelta(days=4))

        run()
        run(timedelta(minutes=10))

        assert statuses(cast.deal_id) == [
            (KktKind.PREPAYMENT, REGISTERED, WHOLE),
            (KktKind.RETURN, REGISTERED, PART),
            (KktKind.RETURN, REGISTERED, PART),
            (KktKind.OFFSET, REGISTERED, PART),
        ]
        assert at_the_register(bank)[before:] == [
            ("payment", "cashless", ["full_prepayment"], 12),
            ("refund", "cashless", ["full_prepayment"], 12),
            ("refund", "cashless", ["full_prepayment"], 12),
            ("payment", "prepayment", ["full_payment"], 11),
        ]

    def test_an_agencys_payment_names_it_as_the_principal(self, bank: BankSide) -> None:
        paid_at(bank, a_cast())

        receipt = body_of(bank, "payments")["receipt"]

        assert receipt["customer"] == {"email": "anna@example.com", "phone": "79161234567"}
        (item,) = receipt["items"]
        assert item["agent_type"] == "agent"
        assert item["supplier"]["name"].endswith("«Дом»")

    @pytest.mark.parametrize("fault", ["drop_after", "error_after", "error_before", "bad_gateway"])
    def test_a_lost_answer_is_found_again(self, bank: BankSide, released: Cast, fault: str) -> None:
        before = len(bank.see("receipts"))
        bank.spoil(fault, "receipts.create")

        assert run() == {"offset": 1, "unknown": 1}
        assert run(timedelta(minutes=20)) == {"registered": 1}

        assert len(bank.see("receipts")) == before + 1

    def test_a_broken_cash_register_is_a_persons_matter(self, bank: BankSide, released: Cast) -> None:
        bank.ask("receipts/plan", plan="fail")

        assert run() == {"offset": 1, "failed": 1}

    def test_is_a_schedule(self, bank: BankSide, released: Cast) -> None:
        assert app({}, None) == {"offset": 1, "registered": 1}


class TestDeath:
    @pytest.mark.parametrize("label", labels_of("kkt_receipts"))
    def test_a_run_that_dies_makes_one_receipt(self, bank: BankSide, label: str) -> None:
        cast = a_cast()
        paid_at(bank, cast)
        run()
        release.release_due(Transactions(), now=utc_now())
        before = len(bank.see("receipts"))

        assert dies_at(label, "schedules.kkt_receipts", {})

        assert run(timedelta(minutes=10)) == {"registered": 1}
        assert len(bank.see("receipts")) == before + 1
        assert statuses(cast.deal_id)[1] == (KktKind.OFFSET, REGISTERED, WHOLE)
