from functions.operator.refunds_decline.handler import app
from shared.kernel.identifiers import new_id
from shared.payments.models import SplitLine
from tests.functions.conftest import Call, Signed
from tests.functions.operator.test_refunds_approve import STRICT
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.steps import pay_step
from tests.shared.payments.world import a_cast
from tests.shared.refunds.asking import AGENT, ask, open_tasks, split_of

BODY = {"reason": "not_justified"}


class TestDeclineRefund:
    def test_frees_the_money(self, call: Call, operator: Signed) -> None:
        cast = a_cast(hold_days=3)
        pay_step(FakeCollector(), cast)
        refund = ask(cast, settings=STRICT)
        assert split_of(cast, SplitLine.AGENT).refund_waiting_kopecks == AGENT

        reply = call(app, as_=operator, body=BODY, refund_id=refund.id)

        assert (reply.status, reply.json["status"]) == (200, "declined")
        assert reply.json["failure_reason"] == "not_justified"
        assert split_of(cast, SplitLine.AGENT).refund_waiting_kopecks.kopecks == 0
        assert open_tasks("refund_to_approve") == []

    def test_needs_a_reason_that_is_known(self, call: Call, operator: Signed) -> None:
        reply = call(app, as_=operator, body={"reason": "because"}, refund_id=new_id())

        assert (reply.status, reply.code) == (422, "invalid_fields")

    def test_of_none_is_absent(self, call: Call, operator: Signed) -> None:
        reply = call(app, as_=operator, body=BODY, refund_id=new_id())

        assert (reply.status, reply.code) == (404, "refund_not_found")
