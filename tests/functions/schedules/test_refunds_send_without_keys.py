"""Refunds at a bank that knows no keys, and that may do what it is asked for after everybody has stopped listening."""

from datetime import timedelta

import pytest

from functions.schedules.refunds_send.handler import app
from shared.kernel.money import Money
from shared.ledger import accounts
from shared.refunds.models import RefundStatus
from tests.adapters.tbank.bankside import BankSide
from tests.adapters.yookassa.bankside import wait_until
from tests.builders.crashing import dies_at
from tests.functions.refunding import aged, an_accepted_refund_at_tbank, made_at_tbank, run
from tests.shared.payments.steps import balance
from tests.shared.payments.world import assert_books_balance
from tests.shared.refunds.asking import open_tasks, refund_of

#: so that a second one would be paid as well
_THIRD = Money(100_000_00)


@pytest.fixture(autouse=True)
def ids_ignored(tbank: BankSide) -> None:
    tbank.ask("switches", refund_ids="ignored")


class TestALostAnswer:
    def test_to_what_the_bank_does_late_is_one_refund(self, tbank: BankSide) -> None:
        refund = an_accepted_refund_at_tbank(tbank, _THIRD)
        tbank.spoil("done_late", "Cancel", seconds=6)
        assert app({}, None) == {"unknown": 1}
        assert run(timedelta(minutes=5)) == {"unknown": 1}
        assert made_at_tbank(tbank, refund) == []

        wait_until(lambda: made_at_tbank(tbank, refund))
        assert run(timedelta(hours=2)) == {"succeeded": 1}

        assert made_at_tbank(tbank, refund) == [_THIRD.kopecks]
        assert_books_balance()

    def test_to_what_the_bank_never_did_waits_for_a_person(self, tbank: BankSide) -> None:
        refund = an_accepted_refund_at_tbank(tbank, _THIRD)
        tbank.spoil("drop_before", "Cancel")
        assert app({}, None) == {"unknown": 1}

        hours = (0.1, 2, 12, 24.5, 48, 100)
        assert [run(timedelta(hours=each)) for each in hours] == [{"unknown": 1}] * len(hours)

        assert made_at_tbank(tbank, refund) == []
        assert open_tasks("refund_unknown") == ["may_be_sent_again"]
        assert balance(accounts.refund_in_transit(refund.id)) == _THIRD


class TestDeath:
    def test_before_the_call_waits_as_well(self, tbank: BankSide) -> None:
        refund = an_accepted_refund_at_tbank(tbank, _THIRD)

        assert dies_at("refunds_send.sending", "schedules.refunds_send", {})
        assert run(timedelta(minutes=5)) == {"unknown": 1}

        assert made_at_tbank(tbank, refund) == []
        aged(refund, timedelta(hours=25))
        assert run(timedelta(0)) == {"unknown": 1}
        assert refund_of(refund.id).status is RefundStatus.UNKNOWN
