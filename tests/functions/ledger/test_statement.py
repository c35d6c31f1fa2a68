import pytest

from functions.ledger.statement.handler import app
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

PART = 167_931_15


@pytest.fixture
def cast(database: object) -> Cast:
    """The step is paid and released; the agent has been paid out, the agency hasn't."""
    cast = a_cast()
    pay_and_release(cast)
    fund_payouts(Money(PART))
    Sender(Transactions(), FakePayer(plan=succeeded), (), income.of_payout, utc_now()).send_due()
    return cast


class TestLedgerStatement:
    def test_tells_an_agent_what_became_his_and_what_was_paid(self, call: Call, cast: Cast) -> None:
        reply = call(app, as_=sign_in(cast.agent_id, Role.AGENT))

        assert reply.status == 200
        released, reserved = reply.json["items"]
        assert (released["kind"], released["payable_change_kopecks"], released["payable_kopecks"]) == (
            "step_released",
            PART,
            PART,
        )
        assert (reserved["kind"], reserved["payable_change_kopecks"], reserved["payable_kopecks"]) == (
            "payout_reserved",
            -PART,
            0,
        )
        assert reserved["payout_id"] is not None
        assert [line["owed_kopecks"] for line in (released, reserved)] == [0, 0]
        assert reply.json["next_cursor"] is None

    def test_tells_an_agencys_admin_the_agencys(self, call: Call, cast: Cast) -> None:
        assert cast.admin_id is not None
        reply = call(app, as_=sign_in(cast.admin_id, Role.AGENCY_ADMIN))

        assert [line["payable_kopecks"] for line in reply.json["items"]] == [126_068_85]

    def test_comes_page_by_page(self, call: Call, cast: Cast) -> None:
        agent = sign_in(cast.agent_id, Role.AGENT)
        first = call(app, as_=agent, query={"limit": "1"}).json
        second = call(app, as_=agent, query={"limit": "1", "cursor": first["next_cursor"]}).json

        assert [line["kind"] for line in first["items"] + second["items"]] == [
            "step_released",
            "payout_reserved",
        ]
        assert second["next_cursor"] is None

    def test_of_a_time_keeps_the_balance(self, call: Call, cast: Cast) -> None:
        agent = sign_in(cast.agent_id, Role.AGENT)
        paid_at = call(app, as_=agent).json["items"][1]["occurred_at"]

        (line,) = call(app, as_=agent, query={"since": paid_at}).json["items"]
        assert (line["payable_change_kopecks"], line["payable_kopecks"]) == (-PART, 0)
        (line,) = call(app, as_=agent, query={"until": paid_at}).json["items"]
        assert line["payable_kopecks"] == PART

    def test_of_others_tells_nothing(self, call: Call, cast: Cast) -> None:
        other = a_cast()

        assert call(app, as_=sign_in(other.agent_id, Role.AGENT)).json["items"] == []
