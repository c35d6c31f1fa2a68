from datetime import timedelta

import pytest

from functions.operator.refunds_resend.handler import app
from functions.schedules.refunds_send.handler import app as send_refunds
from shared.auth.step_up_models import StepUpAction
from shared.kernel.money import Money
from shared.refunds.models import Refund, RefundStatus
from tests.adapters.tbank.bankside import BankSide
from tests.builders.step_up import confirmed
from tests.functions.conftest import Answer, Call, Signed
from tests.functions.refunding import aged, an_accepted_refund_at_tbank, made_at_tbank, run
from tests.shared.payments.world import assert_books_balance
from tests.shared.refunds.asking import open_tasks, refund_of

_THIRD = Money(100_000_00)


@pytest.fixture
def lost(tbank: BankSide) -> Refund:
    """Its answer was lost a minute ago; the bank has not made it."""
    refund = an_accepted_refund_at_tbank(tbank, _THIRD)
    tbank.ask("switches", refund_ids="ignored")
    tbank.spoil("drop_before", "Cancel")
    assert send_refunds({}, None) == {"unknown": 1}
    assert run(timedelta(minutes=1)) == {"unknown": 1}
    return refund


def asked(call: Call, operator: Signed, refund: Refund) -> Answer:
    path = f"/operator/refunds/{refund.id}/resend"
    headers = confirmed(operator, StepUpAction.REFUND_RESEND, path)
    return call(app, as_=operator, refund_id=refund.id, headers=headers)


class TestResendRefund:
    def test_has_it_made_once(self, call: Call, operator: Signed, tbank: BankSide, lost: Refund) -> None:
        aged(lost, timedelta(hours=25))
        run(timedelta(0))

        reply = asked(call, operator, lost)

        assert (reply.status, reply.json["status"]) == (200, "unknown")
        assert open_tasks("refund_unknown") == []
        assert send_refunds({}, None) == {"succeeded": 1}
        assert send_refunds({}, None) == {}
        assert made_at_tbank(tbank, lost) == [_THIRD.kopecks]
        assert refund_of(lost.id).status is RefundStatus.SUCCEEDED
        assert_books_balance()

    def test_is_refused_while_the_bank_may_still_make_it(
        self, call: Call, operator: Signed, tbank: BankSide, lost: Refund
    ) -> None:
        reply = asked(call, operator, lost)

        assert (reply.status, reply.code) == (409, "refund_may_be_made")
        run(timedelta(hours=2))
        assert made_at_tbank(tbank, lost) == []

    def test_needs_a_code_to_the_phone(self, call: Call, operator: Signed, lost: Refund) -> None:
        reply = call(app, as_=operator, refund_id=lost.id)

        assert (reply.status, reply.code) == (403, "step_up_needed")
