from uuid import uuid4

from functions.payments.intents_read.handler import app
from shared.kernel.roles import Role
from tests.functions.conftest import Call
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.steps import ask_for_link
from tests.shared.payments.world import a_cast, sign_in


class TestReadIntent:
    def test_each_side_of_the_deal_sees_it(self, call: Call) -> None:
        cast = a_cast()
        intent = ask_for_link(FakeCollector(), cast)
        assert cast.admin_id is not None
        sides = [
            (cast.agent_id, Role.AGENT),
            (cast.admin_id, Role.AGENCY_ADMIN),
            (cast.client_id, Role.CLIENT),
        ]

        replies = [call(app, as_=sign_in(*side), intent_id=intent.id) for side in sides]

        assert [reply.status for reply in replies] == [200, 200, 200]
        told = replies[2].json
        assert told == {
            "id": str(intent.id),
            "deal_id": str(cast.deal_id),
            "step_no": 1,
            "status": "pending",
            "amount_kopecks": 300_000_00,
            "url": "https://pay.example.test/checkout",
            "qr_payload": None,
            "pay_url": told["pay_url"],
            "expires_at": told["expires_at"],
            "paid_at": None,
            "cancel_asked": False,
            "replaces_id": None,
            "timeline": told["timeline"],
        }
        assert [one["event"] for one in told["timeline"]] == ["created", "pending"]
        assert replies[0].json == told

    def test_is_not_there_for_others(self, call: Call) -> None:
        cast, other = a_cast(), a_cast()
        intent = ask_for_link(FakeCollector(), cast)
        agent = sign_in(other.agent_id, Role.AGENT)

        assert call(app, as_=agent, intent_id=intent.id).code == "intent_not_found"
        assert call(app, as_=agent, intent_id=uuid4()).status == 404
        assert call(app, as_=agent, intent_id="42").status == 404
        assert call(app, as_=sign_in(cast.agent_id, Role.CLIENT), intent_id=intent.id).status == 404
        assert call(app, intent_id=intent.id).status == 401
