from uuid import uuid4

import pytest
from sqlalchemy import select

from functions.payments.intents_create.handler import app
from functions.payments.intents_read.handler import app as read
from functions.schedules.intents_poll.handler import app as poll
from shared.db.session import Transactions
from shared.deals import service as deals
from shared.kernel.money import Money
from shared.kernel.roles import Role
from shared.payments.models import IntentStatus, PaymentIntent
from tests.adapters.yookassa.bankside import BankSide
from tests.builders.crashing import dies_at, labels_of
from tests.functions.conftest import Call, http_event
from tests.functions.payments.links import due_now, made_for
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

    def test_the_advance_is_a_step_too(self, call: Call, bank: BankSide) -> None:
        cast = a_cast(steps=[Money(100_00), Money(200_00)])
        agent = sign_in(cast.agent_id, Role.AGENT)
        body = {"deal_id": str(cast.deal_id), "advance": True}
        assert call(app, as_=agent, body=body).code == "no_advance"
        with Transactions()() as session:
            deals.step_for_update(session, deal_id=cast.deal_id, step_no=1).is_advance = True

        reply = call(app, as_=agent, body=body)

        assert (reply.status, reply.json["step_no"], reply.json["amount_kopecks"]) == (201, 1, 100_00)

    @pytest.mark.parametrize(
        "fault", ["hang_after", "hang_before", "drop_after", "drop_before", "error_after", "accepted"]
    )
    def test_however_the_call_ends_the_bank_makes_one(self, call: Call, bank: BankSide, fault: str) -> None:
        cast = a_cast()
        bank.spoil(fault, "payments.create", seconds=3)
        agent = sign_in(cast.agent_id, Role.AGENT)

        made = call(app, as_=agent, body={"deal_id": str(cast.deal_id), "step_no": 1}).json
        assert made["status"] == "created"
        due_now()

        assert poll({}, None) == {"create_pending": 1}
        assert len(made_for(bank, made["id"])) == 1
        told = call(read, as_=agent, intent_id=made["id"]).json
        assert told["status"] == "pending"
        assert [one["event"] for one in told["timeline"]] == ["created", "unknown", "pending"]

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
            {"deal_id": str(uuid4()), "step_no": 1, "advance": True},
            {"deal_id": str(uuid4()), "advance": False},
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


class TestDeath:
    @pytest.mark.parametrize("label", labels_of("intents_create"))
    def test_a_call_that_dies_leaves_one_link_to_pay(self, bank: BankSide, label: str) -> None:
        cast = a_cast()
        body = {"deal_id": str(cast.deal_id), "step_no": 1}
        agent = sign_in(cast.agent_id, Role.AGENT)

        assert dies_at(label, "payments.intents_create", http_event(app, as_=agent, body=body))
        due_now()
        poll({}, None)

        with Transactions()() as session:
            intent = session.scalars(select(PaymentIntent)).one()
        assert intent.status is IntentStatus.PENDING
        assert [one["id"] for one in made_for(bank, str(intent.id))] == [intent.provider_payment_id]
