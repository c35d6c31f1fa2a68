import pytest

from functions.payouts.list.handler import app
from shared.db.session import Transactions
from shared.kernel.clock import utc_now
from shared.kernel.money import Money
from shared.kernel.roles import Role
from shared.payouts.sending import Sender
from shared.receipts import income
from tests.functions.conftest import Call
from tests.shared.payments.fakes import FakePayer, succeeded
from tests.shared.payments.steps import fund_payouts, pay_and_release
from tests.shared.payments.world import Cast, a_cast, sign_in


@pytest.fixture
def cast(database: object) -> Cast:
    cast = a_cast()
    pay_and_release(cast)
    fund_payouts(Money(167_931_15))
    Sender(Transactions(), FakePayer(plan=succeeded), (), income.of_payout, utc_now()).send_due()
    return cast


class TestListPayouts:
    def test_an_agent_sees_his_own(self, call: Call, cast: Cast) -> None:
        reply = call(app, as_=sign_in(cast.agent_id, Role.AGENT), query={"deal_id": str(cast.deal_id)})

        (payout,) = reply.json["items"]
        assert (payout["owner"], payout["amount_kopecks"], payout["status"]) == (
            "agent",
            167_931_15,
            "succeeded",
        )
        assert payout["final_at"].endswith("Z")

    def test_an_agencys_admin_sees_the_agencys(self, call: Call, cast: Cast) -> None:
        assert cast.admin_id is not None
        reply = call(app, as_=sign_in(cast.admin_id, Role.AGENCY_ADMIN))

        (payout,) = reply.json["items"]
        assert (payout["owner"], payout["amount_kopecks"]) == ("agency", 126_068_85)
        assert (payout["status"], payout["hold_reason"]) == ("planned", "no_rail")

    def test_others_see_none(self, call: Call, cast: Cast) -> None:
        other = a_cast()
        assert other.admin_id is not None

        for side in ((other.agent_id, Role.AGENT), (other.admin_id, Role.AGENCY_ADMIN)):
            reply = call(app, as_=sign_in(*side), query={"deal_id": str(cast.deal_id)})
            assert (reply.status, reply.json["total"]) == (200, 0)
        assert call(app, as_=sign_in(cast.client_id, Role.CLIENT)).status == 403
