import pytest
from sqlalchemy import select

from functions.auth.agent_sms_send.handler import app
from shared.auth.models import CodeDelivery, OtpSession
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from tests.builders import people
from tests.builders.outside import Outbox
from tests.functions.conftest import Call


class TestAskingForACode:
    def test_sends_one_short_message_with_six_digits(self, call: Call, sms: Outbox) -> None:
        phone = people.a_phone()

        reply = call(app, body={"phone": phone}, peer="203.0.113.7")

        assert reply.status == 200, reply.text
        assert reply.json == {"message": "Код отправлен в SMS."}
        (sent,) = sms.messages(phone)
        assert sent["text"] == f"Housler: код {sms.code(phone)} для входа. Никому не сообщайте."
        assert len(sent["text"]) <= 70
        assert sent["user_ip"] == "203.0.113.7"

    def test_understands_how_people_write_phones(self, call: Call, sms: Outbox) -> None:
        phone = people.a_phone()

        reply = call(app, body={"phone": f"8 ({phone[2:5]}) {phone[5:8]}-{phone[8:]}"})

        assert reply.status == 200
        assert not sms.is_quiet(phone)

    def test_keeps_neither_code_nor_phone_in_the_clear(self, call: Call, sms: Outbox) -> None:
        phone = people.a_phone()
        call(app, body={"phone": phone})

        with transaction() as session:
            row = session.scalars(select(OtpSession)).one()
        stored = b"\x1f".join([row.address.raw, row.address_index, row.code_hash])

        assert row.delivery is CodeDelivery.ACCEPTED
        assert row.provider_message_id
        assert sms.code(phone).encode() not in stored
        assert phone[1:].encode() not in stored

    def test_answers_the_same_for_an_agent_and_for_a_stranger(self, call: Call, sms: Outbox) -> None:
        with transaction() as session:
            agent = people.an_agent(session, utc_now())

        known = call(app, body={"phone": agent.phone})
        unknown = call(app, body={"phone": people.a_phone()})

        assert (known.status, known.json) == (unknown.status, unknown.json)

    def test_sends_no_second_code_within_a_minute(self, call: Call, sms: Outbox) -> None:
        phone = people.a_phone()
        call(app, body={"phone": phone})

        reply = call(app, body={"phone": phone})

        assert (reply.status, reply.code) == (429, "code_too_soon")
        assert 0 < int(reply.headers["Retry-After"]) <= 60
        assert len(sms.messages(phone)) == 1


class TestWhenTheMessageDoesNotGoOut:
    def test_says_that_the_phone_cannot_be_sent_to(self, call: Call, sms: Outbox) -> None:
        sms.standin.post("codes", code=207, level="phone")

        reply = call(app, body={"phone": people.a_phone()})

        assert (reply.status, reply.code) == (422, "recipient_refused")

    def test_lets_the_person_try_again_at_once_when_the_provider_was_busy(
        self, call: Call, sms: Outbox
    ) -> None:
        phone = people.a_phone()
        sms.standin.post("codes", code=220, level="request")

        refused, repeated = call(app, body={"phone": phone}), call(app, body={"phone": phone})

        assert (refused.status, refused.code) == (503, "sending_unavailable")
        assert repeated.status == 200
        assert len(sms.messages(phone)) == 1

    def test_answers_as_usual_when_nobody_knows_whether_it_went_out(self, call: Call, sms: Outbox) -> None:
        sms.standin.post("faults", kind="drop_after")

        reply = call(app, body={"phone": people.a_phone()})

        assert reply.status == 200
        with transaction() as session:
            assert session.scalars(select(OtpSession)).one().delivery is CodeDelivery.UNKNOWN


class TestBadInput:
    @pytest.mark.parametrize("phone", ["", "abc", "+74951234567", "+77011234567", "88001234567"])
    def test_refuses_what_is_no_russian_mobile_number(self, call: Call, sms: Outbox, phone: str) -> None:
        reply = call(app, body={"phone": phone})

        assert (reply.status, reply.code) == (422, "invalid_fields")
        assert reply.json["errors"][0]["field"] == "phone"

    def test_refuses_an_unknown_field(self, call: Call, sms: Outbox) -> None:
        assert call(app, body={"phone": people.a_phone(), "code": "123456"}).status == 422
