from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select, text, update

from functions.auth.agent_sms_send.handler import app as send
from functions.auth.agent_sms_verify.handler import app as verify
from functions.auth.register_agent.handler import app
from functions.users.me_read.handler import app as me
from shared.auth.registration_models import Registration
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.users.consent_models import UserConsent
from tests.builders import people
from tests.builders.outside import Outbox
from tests.functions.conftest import Answer, Call, Signed

CONSENTS = {"personal_data": True, "terms": True, "realtor_offer": True}


def told(phone: str, **changes: Any) -> dict[str, Any]:
    return {
        "phone": phone,
        "name": "Ежова Ксения Игоревна",
        "email": "Ksenia@Example.ru",
        "city": "Казань",
        "is_self_employed": True,
        "personal_inn": "500100732259",
        "consents": CONSENTS,
        **changes,
    }


def enter(call: Call, sms: Outbox, phone: str, *, peer: str = "127.0.0.1", **more: str) -> Any:
    call(send, body={"phone": phone}, peer=peer)
    reply = call(verify, body={"phone": phone, "code": sms.code(phone), **more}, peer=peer)
    assert reply.status == 200, reply.text
    return call(me, as_=Signed(reply.json["access_token"])).json


class TestRegisteringAnAgent:
    def test_counts_once_the_phone_is_proved(self, call: Call, sms: Outbox) -> None:
        phone = people.a_phone()
        reply = call(app, body=told(phone), headers={"User-Agent": "the agent's browser"})

        seen = enter(call, sms, phone)

        assert reply.status == 201, reply.text
        assert (seen["id"], seen["status"]) == (reply.json["id"], "active")
        assert seen["email"] == "ksenia@example.ru"
        profile = seen["profile"]
        assert (profile["full_name"], profile["city"]) == ("Ежова Ксения Игоревна", "Казань")
        assert (profile["inn"], profile["tax_status"]) == ("500100732259", "self_employed")
        with transaction() as session:
            given = session.scalars(select(UserConsent)).all()
            assert session.scalars(select(Registration)).all() == []
        assert {each.kind.value for each in given} == set(CONSENTS)
        assert {(each.ip, each.user_agent) for each in given} == {("127.0.0.1", "the agent's browser")}

    def test_answers_the_same_for_a_known_phone_and_overwrites_nothing(self, call: Call, sms: Outbox) -> None:
        with transaction() as session:
            agent = people.an_agent(session, utc_now())
        known, unknown = call(app, body=told(str(agent.phone))), call(app, body=told(people.a_phone()))

        seen = enter(call, sms, str(agent.phone))

        assert known.status == unknown.status == 201
        assert known.json["message"] == unknown.json["message"]
        assert (seen["id"], seen["profile"]["full_name"]) == (str(agent.id), agent.full_name)
        assert seen["email"] is None

    def test_of_a_stranger_is_not_the_owners_word(self, call: Call, sms: Outbox) -> None:
        phone = people.a_phone()
        call(app, body=told(phone, name="Чужой Человек"), peer="198.51.100.7")

        seen = enter(call, sms, phone, peer="203.0.113.1")

        assert (seen["profile"]["full_name"], seen["status"]) == (None, "incomplete")

    def test_made_elsewhere_counts_when_it_is_named(self, call: Call, sms: Outbox) -> None:
        phone = people.a_phone()
        made = call(app, body=told(phone), peer="198.51.100.7").json["id"]

        seen = enter(call, sms, phone, peer="203.0.113.1", registration_id=made)

        assert (seen["id"], seen["profile"]["city"]) == (made, "Казань")

    def test_of_another_phone_does_not_count(self, call: Call, sms: Outbox) -> None:
        phone = people.a_phone()
        made = call(app, body=told(people.a_phone())).json["id"]

        assert enter(call, sms, phone, registration_id=made)["id"] != made

    def test_the_newest_counts(self, call: Call, sms: Outbox) -> None:
        phone = people.a_phone()
        call(app, body=told(phone, city="Тверь"))
        call(app, body=told(phone, city="Омск"))

        assert enter(call, sms, phone)["profile"]["city"] == "Омск"

    def test_counts_for_a_day(self, call: Call, sms: Outbox) -> None:
        phone = people.a_phone()
        call(app, body=told(phone))
        with transaction() as session:
            session.execute(update(Registration).values(expires_at=utc_now() - timedelta(seconds=1)))

        assert enter(call, sms, phone)["status"] == "incomplete"

    def test_lies_nowhere_in_the_clear(self, call: Call, administrator: Connection) -> None:
        phone = people.a_phone()
        call(app, body=told(phone))

        dump = "".join(administrator.execute(text("SELECT r::text FROM registrations r")).scalars())

        for secret in (phone[2:], "Ежова", "ksenia@example.ru", "500100732259"):
            assert secret not in dump
            assert secret.encode().hex() not in dump

    @pytest.mark.parametrize("missing", list(CONSENTS))
    @pytest.mark.parametrize("how", ["false", "absent"])
    def test_needs_the_required_consents(self, call: Call, missing: str, how: str) -> None:
        consents = {name: True for name in CONSENTS if name != missing}
        if how == "false":
            consents[missing] = False

        reply = call(app, body=told(people.a_phone(), consents=consents))

        assert (reply.status, self._fields(reply)) == (422, [f"consents.{missing}"])

    def test_of_the_self_employed_needs_a_valid_inn(self, call: Call) -> None:
        without = call(app, body=told(people.a_phone(), personal_inn=None))
        wrong = call(app, body=told(people.a_phone(), personal_inn="500100732258"))
        employee = call(app, body=told(people.a_phone(), personal_inn=None, is_self_employed=False))

        assert (without.status, wrong.status, employee.status) == (422, 422, 201)
        assert "personal_inn" in without.json["errors"][0]["detail"]
        assert self._fields(wrong) == ["personal_inn"]

    def _fields(self, reply: Answer) -> list[str]:
        return [each["field"] for each in reply.json["errors"]]
