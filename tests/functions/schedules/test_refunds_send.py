"""Refunds through the provider's SDK, and runs that die between their statements."""

from datetime import timedelta

import pytest

from functions.schedules.refunds_send.handler import app
from shared.kernel.money import Money
from shared.ledger import accounts
from shared.refunds.models import RefundStatus
from tests.adapters.yookassa.bankside import BankSide
from tests.builders.crashing import dies_at, labels_of
from tests.functions.refunding import an_accepted_refund, made_for, run
from tests.shared.payments.steps import balance
from tests.shared.payments.world import assert_books_balance
from tests.shared.refunds.asking import refund_of


class TestSendRefunds:
    def test_pays_the_client_back(self, bank: BankSide) -> None:
        _, refund = an_accepted_refund(bank, Money(100_000_00))

        assert app({}, None) == {"succeeded": 1}

        (made,) = made_for(bank, refund)
        assert made["amount"] == {"value": "100000.00", "currency": "RUB"}
        assert refund_of(refund.id).provider_refund_id == made["id"]
        assert balance(accounts.refund_in_transit(refund.id)) == Money.zero()
        assert_books_balance()

    @pytest.mark.parametrize("fault", ["drop_after", "error_after", "hang_after", "error_before"])
    def test_a_lost_answer_is_found_again(self, bank: BankSide, fault: str) -> None:
        _, refund = an_accepted_refund(bank)
        bank.spoil(fault, "refunds.create", seconds=3)

        assert app({}, None) == {"unknown": 1}
        assert run(timedelta(minutes=5)) == {"succeeded": 1}

        assert len(made_for(bank, refund)) == 1
        assert_books_balance()

    def test_a_provider_without_money_is_asked_again_later(self, bank: BankSide) -> None:
        _, refund = an_accepted_refund(bank)
        bank.ask("refunds/plan", plan="insufficient_funds")
        assert app({}, None) == {"awaiting_cover": 1}

        bank.ask("refunds/plan", plan="succeed")
        assert run(timedelta(minutes=20)) == {"succeeded": 1}

        again = [one for one in bank.see("refunds") if one["metadata"]["refund_id"] == f"{refund.id}/2"]
        assert [one["status"] for one in [*made_for(bank, refund), *again]] == ["canceled", "succeeded"]
        assert_books_balance()


class TestDeath:
    @pytest.mark.parametrize("label", labels_of("refunds_send"))
    def test_a_run_that_dies_refunds_once(self, bank: BankSide, label: str) -> None:
        _, refund = an_accepted_refund(bank)

        assert dies_at(label, "schedules.refunds_send", {})
        assert_books_balance()
        assert run(timedelta(minutes=5)) == {"succeeded": 1}

        assert len(made_for(bank, refund)) == 1
        assert refund_of(refund.id).status is RefundStatus.SUCCEEDED
        assert_books_balance()
