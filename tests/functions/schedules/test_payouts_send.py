"""Payouts through the provider's SDK, and runs that die between their statements."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from functions.schedules.payouts_send.handler import app
from shared.adapters.payouts.factory import payout_provider
from shared.db.session import Transactions
from shared.kernel.clock import utc_now
from shared.kernel.money import Money
from shared.payouts.models import Payout, PayoutStatus
from shared.payouts.sending import Sender
from shared.receipts import income
from shared.receipts.models import Receipt, ReceiptKind
from shared.receipts.tax_gate import tax_gate
from tests.adapters.yookassa.bankside import BankSide, wait_until
from tests.builders.crashing import dies_at, labels_of
from tests.shared.payments.steps import fund_payouts, pay_and_release
from tests.shared.payments.world import Cast, a_cast, assert_books_balance, count_of


@pytest.fixture
def cast(bank: BankSide) -> Cast:
    cast = a_cast()
    pay_and_release(cast)
    fund_payouts(Money(167_931_15))
    return cast


def agents_payout(cast: Cast) -> Payout:
    with Transactions()() as session:
        return session.scalars(select(Payout).where(Payout.owner_user_id == cast.agent_id)).one()


def run(later: timedelta) -> dict[str, int]:
    """The handler's job with a later clock: what a run has taken is its for two minutes."""
    sender = Sender(
        Transactions(), payout_provider("yookassa"), (tax_gate,), income.of_payout, utc_now() + later
    )
    return sender.send_due()


def made_for(bank: BankSide, payout: Payout) -> list[dict[str, object]]:
    return [one for one in bank.see("payouts") if one["metadata"].get("payout_id") == str(payout.id)]


class TestSendPayouts:
    def test_pays_the_agent_and_makes_his_income(self, bank: BankSide, cast: Cast) -> None:
        assert app({}, None) == {"planned": 1, "sending": 1}
        wait_until(lambda: made_for(bank, agents_payout(cast))[0]["status"] == "succeeded")

        assert run(timedelta(minutes=5)) == {"succeeded": 1}

        payout = agents_payout(cast)
        (made,) = made_for(bank, payout)
        assert made["amount"] == {"value": "167931.15", "currency": "RUB"}
        assert payout.provider_payout_id == made["id"]
        assert count_of(Receipt, Receipt.kind == ReceiptKind.NPD) == 1
        assert_books_balance()

    def test_an_unbound_taxpayer_waits(self, bank: BankSide) -> None:
        cast = a_cast(bound=False)
        pay_and_release(cast)
        fund_payouts(Money(167_931_15))

        app({}, None)

        assert agents_payout(cast).hold_reason == "npd_unbound"

    @pytest.mark.parametrize("fault", ["drop_after", "error_after", "hang_after", "error_before"])
    def test_a_lost_answer_is_found_again(self, bank: BankSide, cast: Cast, fault: str) -> None:
        bank.spoil(fault, "payouts.create", seconds=3)

        assert app({}, None) == {"planned": 1, "unknown": 1}
        run(timedelta(minutes=5))

        assert len(made_for(bank, agents_payout(cast))) == 1
        assert_books_balance()


class TestDeath:
    @pytest.mark.parametrize("label", labels_of("payouts_send"))
    def test_a_run_that_dies_pays_once(self, bank: BankSide, cast: Cast, label: str) -> None:
        bank.ask("payouts/plan", plan="hold")

        assert dies_at(label, "schedules.payouts_send", {})
        assert_books_balance()
        assert run(timedelta(minutes=5))["sending"] == 1

        payout = agents_payout(cast)
        assert payout.status is PayoutStatus.SENDING
        assert len(made_for(bank, payout)) == 1
        assert_books_balance()
