from functions.deals.milestone_confirm.handler import app
from functions.deals.milestone_report.handler import app as report
from shared.deals.words import ReleaseRule
from shared.kernel.money import Money
from shared.kernel.roles import Role
from tests.functions.conftest import Call
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.steps import pay_step
from tests.shared.payments.world import a_cast, a_step, sign_in


class TestConfirmingAMilestone:
    def test_makes_the_paid_step_due(self, call: Call, database: object) -> None:
        cast = a_cast(steps=[a_step(Money(300_000_00), ReleaseRule.MILESTONE, milestone="выход на сделку")])
        pay_step(FakeCollector(), cast)
        call(report, as_=sign_in(cast.agent_id, Role.AGENT), deal_id=cast.deal_id, step_no=1)

        reply = call(app, as_=sign_in(cast.client_id, Role.CLIENT), deal_id=cast.deal_id, step_no=1)

        (step,) = reply.json["plan"]
        assert reply.status == 200
        assert step["release_due_at"] == step["accepted_at"] is not None

    def test_of_what_nobody_reported_is_refused(self, call: Call, database: object) -> None:
        cast = a_cast(steps=[a_step(Money(300_000_00), ReleaseRule.MILESTONE, milestone="выход на сделку")])

        reply = call(app, as_=sign_in(cast.client_id, Role.CLIENT), deal_id=cast.deal_id, step_no=1)

        assert (reply.status, reply.code) == (409, "nothing_to_accept")

    def test_is_closed_to_the_agent(self, call: Call, database: object) -> None:
        cast = a_cast()

        reply = call(app, as_=sign_in(cast.agent_id, Role.AGENT), deal_id=cast.deal_id, step_no=1)

        assert reply.status == 403
