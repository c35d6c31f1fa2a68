"""Codes that are wrong, used, spent or too old, and signatures out of turn: no signature comes of them."""

import pytest

from infra.demo import alone
from infra.demo.alone import Drafted
from infra.demo.inventions import an_agent
from infra.demo.people import Agent, Person
from infra.demo.world import World
from tests.journeys.refusals import refused, rows
from tests.stack import RunningStack

pytestmark = [pytest.mark.stack, pytest.mark.timeout(600)]

_AGE_CODE = """
UPDATE otp_sessions SET expires_at = expires_at - interval '1 hour', created_at = created_at - interval '1 hour'
WHERE purpose = 'signature' AND used_at IS NULL AND replaced_at IS NULL AND user_id = :user_id
"""
_TRIES = 5


def _another(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def _sides(drafted: Drafted) -> list[str]:
    return [str(each["status"]) for each in drafted.client.document(drafted.document_id)["signers"]]


class TestSignature:
    def test_takes_the_right_code_once(self, world: World) -> None:
        drafted = alone.submitted(world)
        client, path = drafted.client, f"/documents/{drafted.document_id}/sign"
        refused(client.do(f"{path}/request"), 409, "document_not_read")
        refused(client.do(path, {"code": "123456"}), 409, "document_not_read")
        client.open_document(drafted.document_id)
        refused(client.do(path, {"code": "123456"}), 409, "signature_not_requested")
        code = client.signature_code(drafted.document_id)
        refused(client.do(path, {"code": _another(code)}), 422, "code_refused")
        assert _sides(drafted) == ["waiting", "waiting"]

        client.do(path, {"code": code}).require(200)

        assert _sides(drafted) == ["signed", "waiting"]
        refused(client.do(path, {"code": code}), 409, "already_signed")
        assert _sides(drafted) == ["signed", "waiting"]
        assert client.document(drafted.document_id)["status"] == "ready"

    def test_comes_in_turn_and_by_the_signer_s_own_code(self, world: World) -> None:
        drafted = alone.submitted(world)
        agent, client, document_id = drafted.agent, drafted.client, drafted.document_id
        agent.open_document(document_id)
        refused(agent.do(f"/documents/{document_id}/sign/request"), 409, "not_your_turn")
        client.open_document(document_id)
        clients_code = client.signature_code(document_id)
        client.do(f"/documents/{document_id}/sign", {"code": clients_code}).require(200)
        agents_code = agent.signature_code(document_id)

        if clients_code != agents_code:
            refused(agent.do(f"/documents/{document_id}/sign", {"code": clients_code}), 422, "code_refused")
        assert _sides(drafted) == ["signed", "waiting"]

    def test_does_not_come_of_an_old_or_a_spent_code(self, world: World, stack: RunningStack) -> None:
        drafted = alone.submitted(world)
        client, path = drafted.client, f"/documents/{drafted.document_id}/sign"
        client.open_document(drafted.document_id)
        old = client.signature_code(drafted.document_id)
        rows(stack, _AGE_CODE, user_id=client.me()["id"])
        refused(client.do(path, {"code": old}), 422, "code_refused")
        spent = client.signature_code(drafted.document_id)
        for _ in range(_TRIES):
            refused(client.do(path, {"code": _another(spent)}), 422, "code_refused")

        refused(client.do(path, {"code": spent}), 422, "code_refused")

        assert _sides(drafted) == ["waiting", "waiting"]
        fresh = client.signature_code(drafted.document_id)
        client.do(path, {"code": fresh}).require(200)


class TestSignIn:
    def test_takes_the_right_code_once(self, world: World) -> None:
        invented = an_agent()
        send, verify = "/auth/agent/sms/send", "/auth/agent/sms/verify"
        code = world.phones.code_after(
            invented.phone, lambda: world.api.post(send, {"phone": invented.phone}).require(200)
        )
        wrong = world.api.post(verify, {"phone": invented.phone, "code": _another(code)})
        problem = refused(wrong, 422, "code_refused")
        first = world.api.post(verify, {"phone": invented.phone, "code": code}).require(200)
        again = world.api.post(verify, {"phone": invented.phone, "code": code})

        assert first.json["token_type"] == "bearer"
        refused(again, 422, "code_refused")
        assert code not in problem["detail"]

    def test_tells_nothing_of_a_phone_that_asked_for_no_code(self, world: World) -> None:
        never = an_agent()

        refused(
            world.api.post("/auth/agent/sms/verify", {"phone": never.phone, "code": "123456"}),
            422,
            "code_refused",
        )

    def test_with_a_wrong_password_is_refused_as_with_a_wrong_name(self, world: World) -> None:
        wrong = world.api.post("/auth/agency/login", {"email": world.admin.email, "password": "wrong"})
        unknown = world.api.post("/auth/agency/login", {"email": "nobody@example.ru", "password": "wrong"})

        assert (
            refused(wrong, 401, "wrong_credentials")["detail"]
            == refused(unknown, 401, "wrong_credentials")["detail"]
        )

    def test_is_over_after_leaving(self, world: World) -> None:
        agent: Person = Agent(world, an_agent())
        agent.do("/auth/logout").require(204)

        refused(agent.read("/users/me"), 401, "sign_in_needed")


class TestToken:
    def test_of_one_kind_is_no_token_of_the_other(self, world: World) -> None:
        invented = an_agent()
        code = world.phones.code_after(
            invented.phone,
            lambda: world.api.post("/auth/agent/sms/send", {"phone": invented.phone}).require(200),
        )
        verify = {"phone": invented.phone, "code": code}
        tokens = world.api.post("/auth/agent/sms/verify", verify).require(200).json
        as_access = {"Authorization": f"Bearer {tokens['refresh_token']}"}

        refused(world.api.send("GET", "/users/me", headers=as_access), 401, "sign_in_needed")
        refused(world.api.post("/auth/refresh", {"refresh_token": "x" * 43}), 401, "refresh_refused")
        assert world.api.post("/auth/refresh", {"refresh_token": tokens["access_token"]}).status == 422
