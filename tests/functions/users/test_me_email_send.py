from functions.users.me_email_send.handler import app
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.kernel.roles import Role
from tests.builders import people
from tests.builders.outside import Outbox
from tests.functions.conftest import Call


class TestAskingForACodeToProveAnAddress:
    def test_sends_a_letter_that_says_what_it_is_for(self, call: Call, mail: Outbox) -> None:
        now, email = utc_now(), people.an_email()
        with transaction() as session:
            agent = people.sign_in(session, people.an_agent(session, now), Role.AGENT, now)

        reply = call(app, as_=agent, body={"email": email})

        assert (reply.status, reply.json["current_code_needed"]) == (200, False)
        assert "подтверждает этот адрес" in mail.messages(email)[0]["text"]

    def test_sends_one_to_the_proved_address_too(self, call: Call, mail: Outbox) -> None:
        now, email = utc_now(), people.an_email()
        with transaction() as session:
            client = people.a_client(session, now)
            signed = people.sign_in(session, client, Role.CLIENT, now)

        same = call(app, as_=signed, body={"email": str(client.email)})
        reply = call(app, as_=signed, body={"email": email})

        assert (same.status, same.code) == (409, "email_already_verified")
        assert (reply.status, reply.json["current_code_needed"]) == (200, True)
        assert "заменить этот адрес" in mail.messages(str(client.email))[0]["text"]
