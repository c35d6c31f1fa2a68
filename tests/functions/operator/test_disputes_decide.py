import pytest

from functions.operator.disputes_decide.handler import app
from shared.auth.step_up_models import StepUpAction
from shared.kernel.identifiers import new_id
from shared.payouts.release_models import StepRelease
from shared.refunds.models import Refund
from tests.builders.step_up import confirmed
from tests.functions.conftest import Answer, Call, Signed
from tests.shared.disputes.claims import open_dispute
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.steps import pay_step
from tests.shared.payments.world import Cast, a_cast, assert_books_balance, count_of, deal_status

BODY = {
    "to_executor_kopecks": 20_000_000,
    "to_client_kopecks": 5_000_000,
    "reason": "Показы подтверждены частично.",
}


@pytest.fixture
def cast(database: object) -> Cast:
    cast = a_cast(hold_days=3)
    pay_step(FakeCollector(), cast)
    return cast


def decided(
    call: Call, operator: Signed, dispute_id: object, body: dict[str, object] | None = None, **more: object
) -> Answer:
    body = body or dict(BODY)
    path = f"/operator/disputes/{dispute_id}/decide"
    headers = confirmed(operator, StepUpAction.DISPUTE_DECIDE, path, body)
    return call(app, as_=operator, dispute_id=dispute_id, body=body, headers=headers, **more)


class TestDecidingADispute:
    def test_moves_the_money_once_and_lets_the_deal_go_on(
        self, call: Call, operator: Signed, cast: Cast
    ) -> None:
        dispute_id = open_dispute(cast)

        reply = decided(call, operator, dispute_id)

        assert reply.status == 200
        assert {name: reply.json[name] for name in ("to_executor_kopecks", "to_client_kopecks")} == {
            "to_executor_kopecks": 20_000_000,
            "to_client_kopecks": 5_000_000,
        }
        assert (reply.json["status"], reply.json["decision"]) == ("decided", BODY["reason"])
        assert deal_status(cast.deal_id) == "in_progress"
        assert (count_of(Refund), count_of(StepRelease)) == (1, 1)
        again = decided(call, operator, dispute_id)
        assert (again.status, again.code) == (409, "dispute_not_open")
        assert (count_of(Refund), count_of(StepRelease)) == (1, 1)
        assert_books_balance()

    def test_needs_the_operators_phone(self, call: Call, operator: Signed, cast: Cast) -> None:
        reply = call(app, as_=operator, dispute_id=open_dispute(cast), body=BODY)

        assert (reply.status, reply.code) == (403, "step_up_needed")
        assert deal_status(cast.deal_id) == "dispute"

    def test_of_more_than_is_disputed_is_refused(self, call: Call, operator: Signed, cast: Cast) -> None:
        body = {**BODY, "to_client_kopecks": 10_000_001}

        reply = decided(call, operator, open_dispute(cast), body)

        assert (reply.status, reply.code) == (422, "dispute_too_large")

    @pytest.mark.parametrize("sum_", [-1, "5", 1.5, None])
    def test_takes_whole_kopecks(self, call: Call, operator: Signed, cast: Cast, sum_: object) -> None:
        reply = decided(call, operator, open_dispute(cast), {**BODY, "to_client_kopecks": sum_})

        assert (reply.status, reply.code) == (422, "invalid_fields")

    def test_of_an_unknown_one_is_refused(self, call: Call, operator: Signed) -> None:
        reply = decided(call, operator, new_id())

        assert (reply.status, reply.code) == (404, "dispute_not_found")
