from functions.deals.dispute_open.handler import app as open_dispute
from functions.deals.dispute_withdraw.handler import app
from shared.kernel.roles import Role
from tests.functions.conftest import Call
from tests.functions.deals.test_dispute_open import BODY, paid
from tests.shared.payments.world import Cast, deal_status, sign_in

__all__ = ["paid"]


class TestWithdrawingADispute:
    def test_lets_the_deal_go_on(self, call: Call, paid: Cast) -> None:
        client = sign_in(paid.client_id, Role.CLIENT)
        call(open_dispute, as_=client, deal_id=paid.deal_id, body=BODY)

        reply = call(app, as_=client, deal_id=paid.deal_id)

        assert (reply.status, reply.json["status"]) == (200, "withdrawn")
        assert reply.json["closed_at"] is not None
        assert deal_status(paid.deal_id) == "in_progress"

    def test_is_the_openers_alone(self, call: Call, paid: Cast) -> None:
        client, agent = sign_in(paid.client_id, Role.CLIENT), sign_in(paid.agent_id, Role.AGENT)
        call(open_dispute, as_=client, deal_id=paid.deal_id, body=BODY)

        reply = call(app, as_=agent, deal_id=paid.deal_id)

        assert (reply.status, reply.code) == (403, "not_your_dispute")

    def test_needs_an_open_one(self, call: Call, paid: Cast) -> None:
        reply = call(app, as_=sign_in(paid.client_id, Role.CLIENT), deal_id=paid.deal_id)

        assert (reply.status, reply.code) == (409, "no_open_dispute")
