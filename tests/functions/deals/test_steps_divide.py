import pytest

from functions.deals.read.handler import app as read
from functions.deals.steps_divide.handler import app
from functions.payments.intents_create.handler import app as create_intent
from shared.kernel.money import Money
from shared.kernel.roles import Role
from shared.payments.part_sizes import MOST_PARTS
from tests.adapters.yookassa.bankside import BankSide
from tests.functions.conftest import Call
from tests.functions.money import bank, bank_process
from tests.shared.payments.world import a_cast, sign_in

__all__ = ["bank", "bank_process"]


class TestDividingAStep:
    def test_follows_the_refusals_offer_and_the_parts_are_payable(self, call: Call, bank: BankSide) -> None:
        cast = a_cast(steps=[Money(1_400_000_01)])
        agent = sign_in(cast.agent_id, Role.AGENT)
        body = {"deal_id": str(cast.deal_id), "step_no": 1}
        refused = call(create_intent, as_=agent, body=body)
        assert (refused.status, refused.code) == (422, "too_much_for_one_payment")
        offered = refused.json["parts_kopecks"]

        reply = call(app, as_=agent, deal_id=cast.deal_id, step_no=1, body={"count": len(offered)})

        assert reply.status == 201
        whole, *parts = reply.json["plan"]
        assert whole["status"] == "parted"
        assert [part["amount_kopecks"] for part in parts] == offered
        assert [(part["step_no"], part["part_of"], part["status"]) for part in parts] == [
            (2, 1, "planned"),
            (3, 1, "planned"),
            (4, 1, "planned"),
        ]
        assert reply.headers["ETag"] == call(read, as_=agent, deal_id=cast.deal_id).headers["ETag"]
        for part in parts:
            link = call(create_intent, as_=agent, body={**body, "step_no": part["step_no"]})
            assert (link.status, link.json["amount_kopecks"]) == (201, part["amount_kopecks"])

    def test_a_repeat_with_its_key_changes_nothing(self, call: Call, bank: BankSide) -> None:
        cast = a_cast()
        agent = sign_in(cast.agent_id, Role.AGENT)

        first, again = (
            call(app, as_=agent, deal_id=cast.deal_id, step_no=1, body={"count": 2}, key="the-same")
            for _ in range(2)
        )

        assert again.json == first.json
        assert len(again.json["plan"]) == 3

    def test_needs_a_key(self, call: Call, bank: BankSide) -> None:
        cast = a_cast()

        reply = call(
            app,
            as_=sign_in(cast.agent_id, Role.AGENT),
            deal_id=cast.deal_id,
            step_no=1,
            body={"count": 2},
            key=None,
        )

        assert (reply.status, reply.code) == (422, "idempotency_key_needed")

    @pytest.mark.parametrize("count", [1, 0, -2, MOST_PARTS + 1, "2", None])
    def test_takes_a_number_of_parts(self, call: Call, bank: BankSide, count: object) -> None:
        cast = a_cast()
        agent = sign_in(cast.agent_id, Role.AGENT)

        reply = call(app, as_=agent, deal_id=cast.deal_id, step_no=1, body={"count": count})

        assert (reply.status, reply.code) == (422, "invalid_fields")

    def test_names_the_missing_step(self, call: Call, bank: BankSide) -> None:
        cast = a_cast()
        agent = sign_in(cast.agent_id, Role.AGENT)

        reply = call(app, as_=agent, deal_id=cast.deal_id, step_no=7, body={"count": 2})

        assert (reply.status, reply.code) == (404, "step_not_found")

    def test_is_closed_to_the_client(self, call: Call, bank: BankSide) -> None:
        cast = a_cast()
        client = sign_in(cast.client_id, Role.CLIENT)

        reply = call(app, as_=client, deal_id=cast.deal_id, step_no=1, body={"count": 2})

        assert reply.status == 403
