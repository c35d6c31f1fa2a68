from functions.deals.milestone_confirm.handler import app as confirm
from functions.deals.milestone_object.handler import app
from functions.deals.milestone_report.handler import app as report
from shared.deals.words import ReleaseRule
from shared.kernel.money import Money
from shared.kernel.roles import Role
from tests.functions.conftest import Call
from tests.shared.payments.world import a_cast, a_step, sign_in


class TestObjectingToAMilestone:
    def test_settles_it_until_it_is_reported_anew(self, call: Call, database: object) -> None:
        cast = a_cast(steps=[a_step(Money(300_000_00), ReleaseRule.MILESTONE, milestone="выход на сделку")])
        agent, client = sign_in(cast.agent_id, Role.AGENT), sign_in(cast.client_id, Role.CLIENT)
        path = {"deal_id": cast.deal_id, "step_no": 1}
        call(report, as_=agent, **path)

        reply = call(app, as_=client, body={"objection": "Сделка не состоялась."}, **path)

        assert reply.status == 200
        assert call(confirm, as_=client, **path).code == "nothing_to_accept"
        assert call(report, as_=agent, **path).status == 200

    def test_needs_words(self, call: Call, database: object) -> None:
        cast = a_cast()
        client = sign_in(cast.client_id, Role.CLIENT)

        reply = call(app, as_=client, deal_id=cast.deal_id, step_no=1, body={"objection": "нет"})

        assert (reply.status, reply.code) == (422, "invalid_fields")

    def test_is_closed_to_the_agent(self, call: Call, database: object) -> None:
        cast = a_cast()

        body = {"objection": "Сделка не состоялась."}
        reply = call(app, as_=sign_in(cast.agent_id, Role.AGENT), deal_id=cast.deal_id, step_no=1, body=body)

        assert reply.status == 403
