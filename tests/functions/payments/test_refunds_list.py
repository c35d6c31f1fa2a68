from functions.payments.refunds_list.handler import app
from shared.kernel.money import Money
from shared.kernel.roles import Role
from tests.functions.conftest import Call
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.steps import pay_step
from tests.shared.payments.world import Cast, a_cast, sign_in
from tests.shared.refunds.asking import ask, payment_of


def a_refunded_cast() -> Cast:
    cast = a_cast(hold_days=3)
    pay_step(FakeCollector(), cast)
    ask(cast, Money(100_00), comment="Со слов клиента")
    ask(cast, Money(200_00))
    return cast


class TestListRefunds:
    def test_shows_what_goes_back_newest_first(self, call: Call) -> None:
        cast = a_refunded_cast()

        reply = call(app, as_=sign_in(cast.agent_id, Role.AGENT), payment_id=payment_of(cast).id)

        assert [one["amount_kopecks"] for one in reply.json["items"]] == [200_00, 100_00]
        assert reply.json["items"][1]["comment"] == "Со слов клиента"
        assert reply.json["total"] == 2

    def test_the_client_sees_his_money_and_not_what_was_said_about_him(self, call: Call) -> None:
        cast = a_refunded_cast()

        reply = call(app, as_=sign_in(cast.client_id, Role.CLIENT), payment_id=payment_of(cast).id)

        assert [one["status"] for one in reply.json["items"]] == ["accepted", "accepted"]
        assert {one["comment"] for one in reply.json["items"]} == {None}

    def test_somebody_elses_payment_is_absent(self, call: Call) -> None:
        cast, other = a_refunded_cast(), a_cast()

        reply = call(app, as_=sign_in(other.agent_id, Role.AGENT), payment_id=payment_of(cast).id)

        assert (reply.status, reply.code) == (404, "payment_not_found")
