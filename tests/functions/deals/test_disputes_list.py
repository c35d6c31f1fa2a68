from functions.deals.dispute_open.handler import app as open_dispute
from functions.deals.dispute_withdraw.handler import app as withdraw
from functions.deals.disputes_list.handler import app
from shared.kernel.roles import Role
from tests.functions.conftest import Call
from tests.functions.deals.test_dispute_open import BODY, paid
from tests.shared.payments.world import Cast, a_cast, sign_in

__all__ = ["paid"]


class TestListingDisputes:
    def test_shows_both_sides_all_of_them_newest_first(self, call: Call, paid: Cast) -> None:
        client, agent = sign_in(paid.client_id, Role.CLIENT), sign_in(paid.agent_id, Role.AGENT)
        call(open_dispute, as_=client, deal_id=paid.deal_id, body=BODY)
        call(withdraw, as_=client, deal_id=paid.deal_id)
        call(open_dispute, as_=agent, deal_id=paid.deal_id, body={"reason": "Акт не подписан."})

        replies = [call(app, as_=who, deal_id=paid.deal_id) for who in (client, agent)]

        assert replies[0].json == replies[1].json
        assert [
            (each["side"], each["status"], each["step_no"], each["reason"])
            for each in replies[0].json["items"]
        ] == [("executor", "open", None, "Акт не подписан."), ("client", "withdrawn", 1, BODY["reason"])]

    def test_of_a_foreign_deal_shows_nothing(self, call: Call, paid: Cast) -> None:
        stranger = sign_in(a_cast().client_id, Role.CLIENT)

        assert call(app, as_=stranger, deal_id=paid.deal_id).status == 404
