from functions.payments.refunds_read.handler import app
from shared.kernel.money import Money
from shared.kernel.roles import Role
from tests.functions.conftest import Call
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.steps import pay_step
from tests.shared.payments.world import a_cast, sign_in
from tests.shared.refunds.asking import ask


class TestReadRefund:
    def test_says_where_it_is(self, call: Call) -> None:
        cast = a_cast(hold_days=3)
        pay_step(FakeCollector(), cast)
        refund = ask(cast, Money(100_00))

        for person, role in ((cast.agent_id, Role.AGENT), (cast.client_id, Role.CLIENT)):
            reply = call(app, as_=sign_in(person, role), refund_id=refund.id)
            assert (reply.status, reply.json["status"], reply.json["step_no"]) == (200, "accepted", 1)

    def test_somebody_elses_is_absent(self, call: Call) -> None:
        cast, other = a_cast(hold_days=3), a_cast()
        pay_step(FakeCollector(), cast)
        refund = ask(cast, Money(100_00))

        reply = call(app, as_=sign_in(other.agent_id, Role.AGENT), refund_id=refund.id)

        assert (reply.status, reply.code) == (404, "refund_not_found")
