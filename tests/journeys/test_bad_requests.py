"""Requests that are wrong in themselves or come from the wrong person: refused in one form, and nothing changes."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from infra.demo import agency, alone, contracts
from infra.demo.alone import Drafted
from infra.demo.client import Answer
from infra.demo.inventions import a_client, an_agent
from infra.demo.people import Agent, Client
from infra.demo.world import World
from tests.journeys.refusals import refused, wrong_fields

pytestmark = [pytest.mark.stack, pytest.mark.timeout(600)]

_OVER_THE_FUNCTIONS_LIMIT = 70_000
_OVER_THE_GATEWAYS_LIMIT = 11_000_000


@pytest.fixture
def agent(world: World) -> Iterator[Agent]:
    """Whatever is asked of her functions here, she has no deal afterwards."""
    joined = agency.joined_agent(world)
    yield joined
    assert joined.read("/deals").require(200).json["total"] == 0


class TestBody:
    def _opened(self, agent: Agent, content: bytes, content_type: str = "application/json") -> Answer:
        headers = {**agent.headers, "Content-Type": content_type}
        return agent.world.api.send("POST", "/deals", content=content, headers=headers)

    def test_must_be_json_of_a_bounded_size(self, agent: Agent) -> None:
        refused(self._opened(agent, b'{"type": '), 400, "malformed_body")
        refused(self._opened(agent, b""), 400, "malformed_body")
        refused(self._opened(agent, b"{}", "text/plain"), 415, "unsupported_media_type")
        refused(self._opened(agent, b" " * _OVER_THE_FUNCTIONS_LIMIT), 413, "body_too_large")

    def test_of_more_than_the_gateway_takes_is_refused_unread(self, agent: Agent) -> None:
        headers = {**agent.headers, "Content-Length": str(_OVER_THE_GATEWAYS_LIMIT)}

        refused(agent.world.api.send("POST", "/deals", headers=headers), 413, "body_too_large")

    def test_must_have_known_fields_of_the_right_kind(self, agent: Agent) -> None:
        good = contracts.deal_terms("user", a_client())

        assert wrong_fields(agent.do("/deals", {**good, "discount": 1})) == {"discount"}
        assert wrong_fields(agent.do("/deals", {**good, "price_kopecks": "1250000000"})) == {"price_kopecks"}
        assert wrong_fields(agent.do("/deals", {**good, "price_kopecks": 12.5})) == {"price_kopecks"}
        assert wrong_fields(agent.do("/deals", {**good, "price_kopecks": True})) == {"price_kopecks"}
        assert wrong_fields(agent.do("/deals", {**good, "price_kopecks": 0})) == {"price_kopecks"}
        assert wrong_fields(agent.do("/deals", {**good, "type": "barter"})) == {"type"}
        assert wrong_fields(agent.do("/deals", {**good, "client": {**good["client"], "phone": "12"}})) == {
            "client.phone"
        }

    def test_must_make_sense_as_a_deal(self, agent: Agent) -> None:
        good = contracts.deal_terms("user", a_client())
        short = [{**good["plan"][0], "amount_kopecks": 1_00}]

        refused(agent.do("/deals", {**good, "plan": short}), 422, "plan_does_not_sum")
        own_phone = {**good["client"], "phone": agent.phone}
        refused(agent.do("/deals", {**good, "client": own_phone}), 422, "parties_collide")
        refused(agent.do("/deals", {**good, "executor": "org"}), 409, "subcontract_needed")

    def test_that_is_refused_repeats_nothing_personal(self, agent: Agent) -> None:
        client = a_client()
        bad = {**contracts.deal_terms("user", client), "price_kopecks": -1}
        answer = agent.do("/deals", bad)

        assert client.phone not in answer.text
        assert client.name not in answer.text
        assert client.email not in answer.text


class TestCaller:
    def test_must_be_signed_in(self, world: World) -> None:
        nobody = world.api.get("/deals")
        broken = world.api.send("GET", "/deals", headers={"Authorization": "Bearer e30.e30.e30"})

        refused(nobody, 401, "sign_in_needed")
        refused(broken, 401, "sign_in_needed")
        assert nobody.headers["www-authenticate"] == "Bearer"

    def test_must_have_consented_and_come_through_the_right_door(self, world: World) -> None:
        client = Client(world, a_client())
        terms = contracts.deal_terms("user", a_client())

        refused(client.do("/deals", terms), 403, "role_not_allowed")
        newcomer = Agent(world, an_agent())
        refused(newcomer.do("/deals", terms), 403, "consents_needed")

    def test_is_told_of_an_unknown_address_in_the_same_form(self, world: World) -> None:
        refused(world.api.get("/no/such/address"), 404, "not_found")


class TestIdempotencyKey:
    def test_gives_the_same_answer_to_the_same_request_only(self, world: World) -> None:
        agent = agency.joined_agent(world)
        terms, key = contracts.deal_terms("user", a_client()), {"Idempotency-Key": str(uuid4())}
        first = agent.do("/deals", terms, headers=key).require(201)
        again = agent.do("/deals", terms, headers=key).require(201)
        other = agent.do("/deals", {**terms, "hold_days": 3}, headers=key)

        assert again.json == first.json
        refused(other, 422, "idempotency_key_reused")
        assert agent.read("/deals").json["total"] == 1

    def test_is_required_where_money_or_a_signature_moves(self, agent: Agent) -> None:
        body = {"deal_id": str(uuid4()), "step_no": 1}

        refused(agent.world.api.post("/payments/intents", body, agent.headers), 422, "idempotency_key_needed")
        refused(
            agent.world.api.post(f"/documents/{uuid4()}/sign", {"code": "123456"}, agent.headers),
            422,
            "idempotency_key_needed",
        )


class TestSomebodyElse:
    def test_finds_nothing_of_a_deal_and_changes_nothing(self, world: World) -> None:
        drafted = alone.submitted(world)
        before = _state(drafted)
        stranger = agency.joined_agent(world)
        for deal_id, document_id in (
            (str(drafted.deal["id"]), drafted.document_id),
            (str(uuid4()), str(uuid4())),
        ):
            self._sees_no_deal(stranger, deal_id)
            self._sees_no_document(stranger, document_id)
        client = Client(world, a_client())
        client.introduce_himself()
        refused(client.read(f"/deals/{drafted.deal['id']}"), 404, "deal_not_found")
        refused(client.read(f"/documents/{drafted.document_id}/download"), 404, "document_not_found")
        assert _state(drafted) == before

    def _sees_no_deal(self, stranger: Agent, deal_id: str) -> None:
        refused(stranger.read(f"/deals/{deal_id}"), 404, "deal_not_found")
        refused(stranger.do(f"/deals/{deal_id}/submit", headers={"If-Match": '"1"'}), 404, "deal_not_found")
        refused(stranger.do(f"/documents/deals/{deal_id}/generate"), 404, "deal_not_found")
        refused(stranger.do("/payments/intents", {"deal_id": deal_id, "step_no": 1}), 404, "deal_not_found")
        for listed in ("payments", "payouts", "receipts"):
            assert stranger.read(f"/{listed}?deal_id={deal_id}").require(200).items == []

    def _sees_no_document(self, stranger: Agent, document_id: str) -> None:
        refused(stranger.read(f"/documents/{document_id}"), 404, "document_not_found")
        refused(stranger.read(f"/documents/{document_id}/download"), 404, "document_not_found")
        refused(stranger.do(f"/documents/{document_id}/sign/request"), 404, "document_not_found")
        refused(stranger.do(f"/documents/{document_id}/sign", {"code": "123456"}), 404, "document_not_found")

    def test_can_t_probe_with_what_is_no_identifier(self, agent: Agent) -> None:
        refused(agent.read("/deals/1"), 404, "not_found")
        refused(agent.read(f"/payments/{uuid4()}"), 404, "payment_not_found")
        refused(agent.read(f"/payments/intents/{uuid4()}"), 404, "intent_not_found")


def _state(drafted: Drafted) -> tuple[object, object]:
    deal = drafted.agent.read(f"/deals/{drafted.deal['id']}").require(200).json
    return deal, drafted.agent.document(drafted.document_id)
