from sqlalchemy import func, select

from functions.auth.agent_sms_send.handler import app as send
from functions.auth.agent_sms_verify.handler import app
from functions.users.me_read.handler import app as me
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.users.models import User
from tests.builders import people
from tests.builders.outside import Outbox
from tests.functions.conftest import Call, Signed


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


class TestEnteringTheCode:
    def test_makes_a_new_agent_at_his_first_sign_in(self, call: Call, sms: Outbox) -> None:
        phone = people.a_phone()
        call(send, body={"phone": phone})

        reply = call(app, body={"phone": phone, "code": sms.code(phone)})

        assert reply.status == 200, reply.text
        assert reply.json["token_type"] == "bearer"
        assert reply.json["expires_in"] == 900
        seen = call(me, as_=Signed(reply.json["access_token"])).json
        assert (seen["role"], seen["status"]) == ("agent", "incomplete")
        assert (seen["phone"], seen["phone_verified"]) == (phone, True)

    def test_finds_the_agent_again_at_the_next(self, call: Call, sms: Outbox) -> None:
        with transaction() as session:
            agent = people.an_agent(session, utc_now())
        call(send, body={"phone": agent.phone})

        reply = call(app, body={"phone": agent.phone, "code": sms.code(str(agent.phone))})

        seen = call(me, as_=Signed(reply.json["access_token"])).json
        assert (seen["id"], seen["status"]) == (str(agent.id), "active")

    def test_is_taken_once(self, call: Call, sms: Outbox) -> None:
        phone = people.a_phone()
        call(send, body={"phone": phone})
        given = {"phone": phone, "code": sms.code(phone)}

        first, second = call(app, body=given), call(app, body=given)

        assert first.status == 200
        assert (second.status, second.code) == (422, "code_refused")
        with transaction() as session:
            assert session.scalar(select(func.count()).select_from(User)) == 1

    def test_counts_wrong_tries_though_each_is_refused(self, call: Call, sms: Outbox) -> None:
        phone = people.a_phone()
        call(send, body={"phone": phone})
        code = sms.code(phone)

        refusals = [call(app, body={"phone": phone, "code": wrong(code)}) for _ in range(5)]
        after = call(app, body={"phone": phone, "code": code})

        assert [each.code for each in refusals] == ["code_refused"] * 5
        assert "Осталось попыток: 4." in refusals[0].json["detail"]
        assert (after.status, after.code) == (422, "code_refused")

    def test_is_refused_where_none_was_asked_for(self, call: Call, sms: Outbox) -> None:
        reply = call(app, body={"phone": people.a_phone(), "code": "123456"})

        assert (reply.status, reply.code) == (422, "code_refused")

    def test_is_refused_for_another_phone(self, call: Call, sms: Outbox) -> None:
        mine, other = people.a_phone(), people.a_phone()
        call(send, body={"phone": mine})
        call(send, body={"phone": other})
        code = sms.code(mine)

        reply = call(app, body={"phone": other, "code": code if code != sms.code(other) else wrong(code)})

        assert reply.code == "code_refused"

    def test_is_six_digits(self, call: Call, sms: Outbox) -> None:
        for code in ("12345", "1234567", "abcdef", "１２３４５６"):
            assert call(app, body={"phone": people.a_phone(), "code": code}).code == "invalid_fields"
