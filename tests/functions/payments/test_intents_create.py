from uuid import uuid4

import pytest

from functions.payments.intents_create.handler import app
from shared.kernel.money import Money
from shared.kernel.roles import Role
from shared.payments.models import PaymentIntent
from tests.adapters.yookassa.bankside import BankSide
from tests.functions.conftest import Call
from tests.shared.payments.world import a_cast, count_of, sign_in


class TestCreateIntent:
    def test_gives_the_agent_a_link_that_a_client_can_pay(self, call: Call, bank: BankSide) -> None:
        cast = a_cast()
        agent = sign_in(cast.agent_id, Role.AGENT)

        reply = call(app, as_=agent, body={"deal_id": str(cast.deal_id), "step_no": 1})

        assert reply.status == 201
        intent = reply.json
        assert (intent["status"], intent["amount_kopecks"]) == ("pending", 300_000_00)
        assert (intent["deal_id"], intent["step_no"]) == (str(cast.deal_id), 1)
        (made,) = [one for one in bank.see("payments") if one["metadata"].get("intent_id") == intent["id"]]
        assert intent["url"] == made["confirmation"]["confirmation_url"]
        assert made["amount"] == {"value": "300000.00", "currency": "RUB"}
        assert intent["expires_at"].endswith("Z")

    def test_the_same_key_gives_the_same_link(self, call: Call, bank: BankSide) -> None:
        cast = a_cast()
        agent = sign_in(cast.agent_id, Role.AGENT)
        body = {"deal_id": str(cast.deal_id), "step_no": 1}

        first, again = (call(app, as_=agent, body=body, key="the-same-key") for _ in range(2))

        assert again.json == first.json
        assert count_of(PaymentIntent) == 1

    def test_an_unknown_outcome_is_a_link_without_an_address(self, call: Call, bank: BankSide) -> None:
        cast = a_cast()
        bank.spoil("drop_after", "payments.create")
        agent = sign_in(cast.agent_id, Role.AGENT)

        reply = call(app, as_=agent, body={"deal_id": str(cast.deal_id), "step_no": 1})

        assert reply.status == 201
        assert (reply.json["status"], reply.json["url"]) == ("created", None)

    def test_a_key_is_needed(self, call: Call, bank: BankSide) -> None:
        cast = a_cast()
        agent = sign_in(cast.agent_id, Role.AGENT)

        reply = call(app, as_=agent, body={"deal_id": str(cast.deal_id), "step_no": 1}, key=None)

        assert (reply.status, reply.code) == (422, "idempotency_key_needed")

    def test_an_open_link_is_named(self, call: Call, bank: BankSide) -> None:
        cast = a_cast()
        agent = sign_in(cast.agent_id, Role.AGENT)
        body = {"deal_id": str(cast.deal_id), "step_no": 1}
        first = call(app, as_=agent, body=body)

        reply = call(app, as_=agent, body=body)

        assert (reply.status, reply.code) == (409, "intent_open")
        assert first.json["id"] in reply.json["detail"]

    def test_too_large_a_step_is_refused_with_an_offer(self, call: Call, bank: BankSide) -> None:
        cast = a_cast(steps=[Money(700_000_01)])
        agent = sign_in(cast.agent_id, Role.AGENT)

        reply = call(app, as_=agent, body={"deal_id": str(cast.deal_id), "step_no": 1})

        assert (reply.status, reply.code) == (422, "too_much_for_one_payment")

    def test_is_closed_to_clients_and_strangers(self, call: Call, bank: BankSide) -> None:
        cast, other = a_cast(), a_cast()
        body = {"deal_id": str(cast.deal_id), "step_no": 1}

        assert call(app, as_=sign_in(cast.client_id, Role.CLIENT), body=body).status == 403
        stranger = call(app, as_=sign_in(other.agent_id, Role.AGENT), body=body)
        assert (stranger.status, stranger.code) == (404, "deal_not_found")
        assert call(app, body=body).status == 401
        assert count_of(PaymentIntent) == 0

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"deal_id": str(uuid4())},
            {"deal_id": "42", "step_no": 1},
            {"deal_id": str(uuid4()), "step_no": 0},
            {"deal_id": str(uuid4()), "step_no": "1"},
            {"deal_id": str(uuid4()), "step_no": 1, "amount_kopecks": 1},
        ],
    )
    def test_wrong_fields_are_named(self, call: Call, bank: BankSide, body: dict[str, object]) -> None:
        agent = sign_in(a_cast().agent_id, Role.AGENT)

        reply = call(app, as_=agent, body=body)

        assert (reply.status, reply.code) == (422, "invalid_fields")
        assert reply.json["errors"]

    def test_what_is_not_json_is_refused(self, call: Call, bank: BankSide) -> None:
        agent = sign_in(a_cast().agent_id, Role.AGENT)

        assert call(app, as_=agent, raw=b"{").status == 400
        assert call(app, as_=agent, raw=b"[" * 70_000).status == 413
