import pytest

from functions.operator.refunds_approve.handler import app
from shared.access.rights import Reach
from shared.auth.step_up_models import StepUpAction
from shared.config.refunds import RefundSettings
from shared.deals.service import Viewer
from shared.kernel.money import Money
from shared.ledger import accounts
from shared.refunds.models import Refund
from tests.builders.step_up import confirmed
from tests.functions.conftest import Answer, Call, Signed
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.steps import balance, pay_step
from tests.shared.payments.world import a_cast, assert_books_balance
from tests.shared.refunds.asking import SETTINGS, WHOLE, ask

#: every refund waits for a second person
STRICT = RefundSettings(Money.zero(), Money.zero(), SETTINGS.approval_within)


@pytest.fixture
def refund(database: object) -> Refund:
    cast = a_cast(hold_days=3)
    pay_step(FakeCollector(), cast)
    return ask(cast, settings=STRICT)


def asked(call: Call, operator: Signed, refund: Refund, **more: object) -> Answer:
    path = f"/operator/refunds/{refund.id}/approve"
    headers = confirmed(operator, StepUpAction.REFUND_APPROVE, path)
    return call(app, as_=operator, refund_id=refund.id, headers=headers, **more)


class TestApproveRefund:
    def test_lets_it_be_made(self, call: Call, operator: Signed, refund: Refund) -> None:
        reply = asked(call, operator, refund)

        assert (reply.status, reply.json["status"]) == (200, "accepted")
        assert balance(accounts.refund_in_transit(refund.id)) == WHOLE
        assert_books_balance()

    def test_twice_is_refused(self, call: Call, operator: Signed, refund: Refund) -> None:
        asked(call, operator, refund)

        reply = asked(call, operator, refund)

        assert (reply.status, reply.code) == (409, "refund_not_waiting")

    def test_needs_a_code_to_the_phone(self, call: Call, operator: Signed, refund: Refund) -> None:
        reply = call(app, as_=operator, refund_id=refund.id)

        assert (reply.status, reply.code) == (403, "step_up_needed")

    def test_is_not_for_him_who_asked(self, call: Call, operator: Signed) -> None:
        cast = a_cast(hold_days=3)
        pay_step(FakeCollector(), cast)
        assert operator.user_id is not None
        own = ask(cast, settings=STRICT, viewer=Viewer(operator.user_id, Reach.ANY, None))

        reply = asked(call, operator, own)

        assert (reply.status, reply.code) == (403, "own_refund")
