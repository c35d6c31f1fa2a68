import pytest

from functions.deals.dispute_open.handler import app
from shared.disputes.models import Dispute
from shared.kernel.roles import Role
from tests.functions.conftest import Call
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.steps import pay_step
from tests.shared.payments.world import Cast, a_cast, count_of, deal_status, sign_in

BODY = {"step_no": 1, "amount_kopecks": 10_000_000, "reason": "Показы не проводились."}


@pytest.fixture
def paid(database: object) -> Cast:
    cast = a_cast(hold_days=3)
    pay_step(FakeCollector(), cast)
    return cast


class TestOpeningADispute:
    def test_answers_with_it_once_per_key(self, call: Call, paid: Cast) -> None:
        client = sign_in(paid.client_id, Role.CLIENT)

        first, again = (
            call(app, as_=client, deal_id=paid.deal_id, body=BODY, key="the-same") for _ in range(2)
        )

        assert first.status == 201
        assert first.json == again.json
        assert {name: first.json[name] for name in BODY} == BODY
        assert (first.json["side"], first.json["status"], first.json["decision"]) == ("client", "open", None)
        assert count_of(Dispute) == 1
        assert deal_status(paid.deal_id) == "dispute"

    @pytest.mark.parametrize(
        "wrong",
        [
            {"reason": "нет"},
            {"reason": None},
            {"amount_kopecks": 0},
            {"amount_kopecks": "100"},
            {"step_no": 0},
        ],
    )
    def test_names_what_is_wrong(self, call: Call, paid: Cast, wrong: dict[str, object]) -> None:
        client = sign_in(paid.client_id, Role.CLIENT)

        reply = call(app, as_=client, deal_id=paid.deal_id, body={**BODY, **wrong})

        assert (reply.status, reply.code) == (422, "invalid_fields")
        assert [each["field"] for each in reply.json["errors"]] == list(wrong)

    def test_a_second_one_is_refused(self, call: Call, paid: Cast) -> None:
        call(app, as_=sign_in(paid.client_id, Role.CLIENT), deal_id=paid.deal_id, body=BODY)

        reply = call(app, as_=sign_in(paid.agent_id, Role.AGENT), deal_id=paid.deal_id, body=BODY)

        assert (reply.status, reply.code) == (409, "deal_transition_not_allowed")
