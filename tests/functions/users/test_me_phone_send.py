import pytest

from functions.users.me_phone_send.handler import app
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.kernel.roles import Role
from tests.builders import people
from tests.builders.outside import Outbox
from tests.functions.conftest import Call, Signed


@pytest.fixture
def client(database: object) -> Signed:
    now = utc_now()
    with transaction() as session:
        return people.sign_in(session, people.a_client(session, now, may_sign=False), Role.CLIENT, now)


class TestAskingForACodeToProveAPhone:
    def test_sends_a_code_that_says_what_it_is_for(self, call: Call, client: Signed, sms: Outbox) -> None:
        phone = people.a_phone()

        reply = call(app, as_=client, body={"phone": phone})

        assert (reply.status, reply.json) == (
            200,
            {"message": "Код отправлен в SMS.", "current_code_needed": False},
        )
        (sent,) = sms.messages(phone)
        assert sent["text"] == f"Housler: код {sms.code(phone)} подтверждает ваш номер. Никому не сообщайте."
        assert len(sent["text"]) <= 70

    def test_does_not_tell_that_the_phone_is_another_persons(
        self, call: Call, client: Signed, sms: Outbox
    ) -> None:
        with transaction() as session:
            agent = people.an_agent(session, utc_now())

        assert call(app, as_=client, body={"phone": agent.phone}).status == 200

    def test_sends_a_code_to_the_proved_phone_too(self, call: Call, sms: Outbox) -> None:
        now, phone = utc_now(), people.a_phone()
        with transaction() as session:
            proved = people.a_client(session, now)
            signed_in = people.sign_in(session, proved, Role.CLIENT, now)

        same = call(app, as_=signed_in, body={"phone": proved.phone})
        other = call(app, as_=signed_in, body={"phone": phone})

        assert (same.status, same.code) == (409, "phone_already_verified")
        assert (other.status, other.json["current_code_needed"]) == (200, True)
        assert sms.code(phone) != sms.code(str(proved.phone)) or len(sms.messages(phone)) == 1
        assert "для смены" in sms.messages(str(proved.phone))[0]["text"]

    def test_can_be_repeated_with_its_key_when_the_provider_was_busy(
        self, call: Call, client: Signed, sms: Outbox
    ) -> None:
        phone = people.a_phone()
        sms.standin.post("codes", code=220, level="request")

        refused = call(app, as_=client, body={"phone": phone}, key="prove-my-phone")
        repeated = call(app, as_=client, body={"phone": phone}, key="prove-my-phone")

        assert (refused.status, repeated.status) == (503, 200)
        assert len(sms.messages(phone)) == 1
