"""Failure modes of payouts, taxes and keys, each by its number in docs/failure-modes.md."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from functions.schedules.payouts_send.handler import app as send_payouts
from shared.adapters.payouts.factory import payout_provider
from shared.config import tbank as tbank_settings
from shared.config import yookassa as yookassa_settings
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.kernel.money import Money
from shared.ledger import accounts
from shared.payments.models import IntentStatus, PaymentIntent
from shared.payouts.models import Payout, PayoutStatus
from shared.payouts.sending import Sender
from shared.receipts import income
from shared.receipts.npd_models import BindingStatus, NpdBinding
from shared.receipts.tax_gate import YEAR_LIMIT, tax_gate
from tests.adapters.tbank.bankside import PASSWORD, TERMINALS
from tests.adapters.tbank.bankside import SOURCE as TBANK
from tests.adapters.tbank.bankside import BankSide as TBankSide
from tests.adapters.yookassa.bankside import BankSide
from tests.functions.line import Line
from tests.functions.payments.links import a_link
from tests.functions.schedules.test_payouts_send import agents_payout, made_for, run
from tests.shared.payments.own_connections import OwnConnections, at_once
from tests.shared.payments.steps import balance, fund_payouts, pay_and_release
from tests.shared.payments.world import Cast, a_cast, assert_books_balance, count_of
from tests.shared.receipts.test_tax_gate import earn_alone

SHARE = Money(167_931_15)


@pytest.fixture
def cast(bank: BankSide) -> Cast:
    """An agent's share that is due, and the money to pay it out."""
    cast = a_cast()
    pay_and_release(cast)
    fund_payouts(SHARE)
    return cast


def in_transit(cast: Cast) -> Money:
    return balance(accounts.payout_in_transit(agents_payout(cast).id))


class TestMode19PayoutTimeout:
    @pytest.mark.parametrize("fault", ["hang_after", "drop_after", "error_after", "error_before"])
    def test_is_unknown_keeps_the_money_and_never_pays_twice(
        self, bank: BankSide, cast: Cast, fault: str
    ) -> None:
        bank.ask("payouts/plan", plan="hold")
        bank.spoil(fault, "payouts.create", seconds=3)

        send_payouts({}, None)

        payout = agents_payout(cast)
        assert (payout.status, in_transit(cast)) == (PayoutStatus.UNKNOWN, SHARE)
        run(timedelta(minutes=5))
        run(timedelta(minutes=30))
        assert len(made_for(bank, payout)) == 1
        assert (agents_payout(cast).status, in_transit(cast)) == (PayoutStatus.SENDING, SHARE)
        assert_books_balance()


class TestMode20PayoutPendingRejectedReturned:
    def test_pending_for_an_hour_stays_reserved_and_then_succeeds(
        self, bank: BankSide, line: Line, cast: Cast
    ) -> None:
        bank.ask("payouts/plan", plan="hold")
        send_payouts({}, None)
        run(timedelta(minutes=60))
        assert (agents_payout(cast).status, in_transit(cast)) == (PayoutStatus.SENDING, SHARE)

        provider_id = agents_payout(cast).provider_payout_id or ""
        bank.ask(f"payouts/{provider_id}/succeed")
        line.claim("payout.succeeded", provider_id)
        assert line.work() == 0

        assert (agents_payout(cast).status, in_transit(cast)) == (PayoutStatus.SUCCEEDED, Money.zero())
        assert_books_balance()

    def test_rejected_is_owed_again(self, bank: BankSide, line: Line, cast: Cast) -> None:
        bank.ask("payouts/plan", plan="hold")
        send_payouts({}, None)
        provider_id = agents_payout(cast).provider_payout_id or ""

        bank.ask(f"payouts/{provider_id}/fail", reason="recipient_not_found")
        line.claim("payout.canceled", provider_id)
        assert line.work() == 0

        payout = agents_payout(cast)
        assert (payout.status, in_transit(cast)) == (PayoutStatus.FAILED, Money.zero())
        assert_books_balance()


class TestMode21OverlappingRuns:
    def test_pay_once(self, bank: BankSide, cast: Cast) -> None:
        bank.ask("payouts/plan", plan="hold")

        at_once(
            lambda: Sender(
                OwnConnections(), payout_provider("yookassa"), (tax_gate,), income.of_payout, utc_now()
            ).send_due(),
            times=4,
        )

        assert len(made_for(bank, agents_payout(cast))) == 1
        assert count_of(Payout, Payout.owner_user_id == cast.agent_id) == 1
        assert (agents_payout(cast).status, in_transit(cast)) == (PayoutStatus.SENDING, SHARE)
        assert_books_balance()


class TestMode22KeyRotation:
    def test_a_message_signed_with_the_old_password_is_taken_during_the_overlap(
        self, tbank: TBankSide, line: Line, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        found = a_link(a_cast())
        with transaction() as session:
            intent = session.get_one(PaymentIntent, found["id"])
        tbank.pay(intent.provider_payment_id or "")
        body = tbank.ear.told(intent.provider_payment_id or "", "CONFIRMED").body

        answers = {}
        for passwords in (["of-tomorrow", PASSWORD], ["of-tomorrow"]):
            terminal = {**TERMINALS["tbank"], "passwords": passwords}
            monkeypatch.setenv("TBANK_TERMINALS", json.dumps({**TERMINALS, "tbank": terminal}))
            tbank_settings.load_terminals.cache_clear()
            answers[len(passwords)] = line.send(body, peer=TBANK, terminal="tbank").status

        assert answers == {2: 200, 1: 403}

    def test_a_key_that_the_bank_does_not_know_yet_gives_way_to_the_previous(
        self, bank: BankSide, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("YOOKASSA_PREVIOUS_SECRET_KEY", "test_shop_key")
        monkeypatch.setenv("YOOKASSA_SECRET_KEY", "of-tomorrow")
        yookassa_settings.load_shop.cache_clear()
        cast = a_cast()

        a_link(cast)

        assert count_of(PaymentIntent, PaymentIntent.status == IntentStatus.PENDING) == 1


class TestMode24TaxStatusLostOrYearFull:
    def test_a_payout_over_the_years_limit_is_held(self, bank: BankSide, cast: Cast) -> None:
        earn_alone(cast, YEAR_LIMIT - SHARE + Money(1))

        send_payouts({}, None)

        assert agents_payout(cast).hold_reason == "npd_year_limit"
        assert made_for(bank, agents_payout(cast)) == []

    def test_a_payout_to_whoever_took_his_binding_back_is_held(self, bank: BankSide, cast: Cast) -> None:
        with transaction() as session:
            session.scalars(
                select(NpdBinding).where(NpdBinding.user_id == cast.agent_id)
            ).one().status = BindingStatus.REJECTED

        send_payouts({}, None)

        assert agents_payout(cast).hold_reason == "npd_unbound"
        assert made_for(bank, agents_payout(cast)) == []
        assert_books_balance()
