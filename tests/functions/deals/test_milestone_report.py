import pytest

from functions.deals.milestone_report.handler import app
from functions.deals.read.handler import app as read
from shared.deals.acceptance_models import Acceptance
from shared.deals.words import ReleaseRule
from shared.kernel.money import Money
from shared.kernel.roles import Role
from tests.functions.conftest import Call, Signed
from tests.shared.payments.world import Cast, a_cast, a_step, count_of, sign_in


@pytest.fixture
def cast(database: object) -> Cast:
    return a_cast(steps=[a_step(Money(300_000_00), ReleaseRule.MILESTONE, milestone="выход на сделку")])


@pytest.fixture
def agent(cast: Cast) -> Signed:
    return sign_in(cast.agent_id, Role.AGENT)


class TestReportingAMilestone:
    def test_asks_the_client_once_per_key(self, call: Call, cast: Cast, agent: Signed) -> None:
        first, again = (
            call(app, as_=agent, deal_id=cast.deal_id, step_no=1, key="the-same") for _ in range(2)
        )

        assert (first.status, again.json) == (200, first.json)
        assert count_of(Acceptance) == 1

    def test_shows_the_plan_as_it_is(self, call: Call, cast: Cast, agent: Signed) -> None:
        reply = call(app, as_=agent, deal_id=cast.deal_id, step_no=1)

        assert reply.json["plan"][0]["release_rule"] == "milestone"
        assert reply.json["plan"][0]["accepted_at"] is None
        assert reply.headers["ETag"] == call(read, as_=agent, deal_id=cast.deal_id).headers["ETag"]

    def test_twice_is_refused(self, call: Call, cast: Cast, agent: Signed) -> None:
        call(app, as_=agent, deal_id=cast.deal_id, step_no=1)

        reply = call(app, as_=agent, deal_id=cast.deal_id, step_no=1)

        assert (reply.status, reply.code) == (409, "acceptance_already_asked")

    def test_names_the_missing_step(self, call: Call, cast: Cast, agent: Signed) -> None:
        assert call(app, as_=agent, deal_id=cast.deal_id, step_no=7).code == "step_not_found"

    def test_is_closed_to_the_client(self, call: Call, cast: Cast) -> None:
        client = sign_in(cast.client_id, Role.CLIENT)

        assert call(app, as_=client, deal_id=cast.deal_id, step_no=1).status == 403
