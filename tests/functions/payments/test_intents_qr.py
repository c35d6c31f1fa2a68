from functions.payments.intents_qr.handler import app
from shared.adapters.qr import svg_of
from shared.kernel.roles import Role
from tests.functions.conftest import Call
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.steps import ask_for_link, pay_step
from tests.shared.payments.world import a_cast, sign_in


class TestDrawCode:
    def test_is_a_picture_of_the_link(self, call: Call) -> None:
        cast = a_cast()
        intent = ask_for_link(FakeCollector(), cast)

        replies = [
            call(app, as_=sign_in(*side), intent_id=intent.id)
            for side in ((cast.agent_id, Role.AGENT), (cast.client_id, Role.CLIENT))
        ]

        assert [reply.status for reply in replies] == [200, 200]
        assert replies[0].headers["Content-Type"] == "image/svg+xml"
        assert replies[0].text == replies[1].text
        assert replies[0].text == svg_of("https://pay.example.test/checkout", error="m", border=4)

    def test_is_not_drawn_for_what_cannot_be_paid(self, call: Call) -> None:
        cast = a_cast()
        intent = pay_step(FakeCollector(), cast)

        reply = call(app, as_=sign_in(cast.agent_id, Role.AGENT), intent_id=intent.id)

        assert (reply.status, reply.code) == (409, "intent_not_payable")

    def test_is_not_there_for_others(self, call: Call) -> None:
        cast, other = a_cast(), a_cast()
        intent = ask_for_link(FakeCollector(), cast)

        assert call(app, as_=sign_in(other.agent_id, Role.AGENT), intent_id=intent.id).status == 404
        assert call(app, intent_id=intent.id).status == 401
