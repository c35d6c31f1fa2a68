from functions.operator.refunds_list.handler import app
from shared.kernel.money import Money
from shared.kernel.roles import Role
from tests.functions.conftest import Call, Signed
from tests.functions.operator.test_refunds_approve import STRICT
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.steps import pay_step
from tests.shared.payments.world import a_cast, sign_in
from tests.shared.refunds.asking import ask


class TestListRefunds:
    def test_shows_all_or_those_of_a_status(self, call: Call, operator: Signed) -> None:
        first, second = a_cast(hold_days=3), a_cast(hold_days=3)
        for cast in (first, second):
            pay_step(FakeCollector(), cast)
        ask(first, Money(100_00))
        ask(second, Money(200_00), settings=STRICT)

        every = call(app, as_=operator).json
        waiting = call(app, as_=operator, query={"status": "awaiting_approval"}).json

        assert [one["amount_kopecks"] for one in every["items"]] == [200_00, 100_00]
        assert [one["amount_kopecks"] for one in waiting["items"]] == [200_00]
        assert waiting["total"] == 1

    def test_is_for_staff(self, call: Call) -> None:
        cast = a_cast()

        assert call(app, as_=sign_in(cast.agent_id, Role.AGENT)).status == 403
