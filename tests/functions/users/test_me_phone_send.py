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

        assert (reply.status, reply.json) == (200, {"message": "Код отправлен в SMS."})
        (sent,) = sms.messages(phone)
        assert sent["text"] == f"Housler: код {sms.code(phone)} подтверждает ваш номер. Никому не сообщайте."
        assert len(sent["text"]) <= 70

    def test_does_not_tell_that_the_phone_is_another_persons(
        self, call: Call, client: Signed, sms: Outbox
    ) -> None:
        with transaction() as session:
            agent = people.an_agent(session, utc_now())

        assert call(app, as_=client, body={"phone": agent.phone}).status == 200

    def test_refuses_a_phone_that_is_proved_and_a_second_one(self, call: Call, sms: Outbox) -> None:
        now = utc_now()
        with transaction() as session:
            proved = people.a_client(session, now)
            signed_in = people.sign_in(session, proved, Role.CLIENT, now)

        same = call(app, as_=signed_in, body={"phone": proved.phone})
        other = call(app, as_=signed_in, body={"phone": people.a_phone()})

        assert (same.status, same.code) == (409, "phone_already_verified")
        assert (other.status, other.code) == (409, "phone_change_needs_help")
        assert sms.is_quiet(str(proved.phone))

    def test_can_be_repeated_with_its_key_when_the_provider_was_busy(
        self, call: Call, client: Signed, sms: Outbox
    ) -> None:
        phone = people.a_phone()
        sms.standin.post("codes", code=220, level="request")

        refused = call(app, as_=client, body={"phone": phone}, key="prove-my-phone")
        repeated = call(app, as_=client, body={"phone": phone}, key="prove-my-phone")

        assert (refused.status, repeated.status) == (503, 200)
        assert len(sms.messages(phone)) == 1
