from functions.users.me_email_send.handler import app as send
from functions.users.me_email_verify.handler import app
from functions.users.me_read.handler import app as me
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.kernel.roles import Role
from tests.builders import people
from tests.builders.outside import Outbox
from tests.functions.conftest import Call


class TestVerifyEmail:
    def test_makes_the_address_the_persons(self, call: Call, mail: Outbox) -> None:
        now, email = utc_now(), people.an_email()
        with transaction() as session:
            agent = people.sign_in(session, people.an_agent(session, now), Role.AGENT, now)
        call(send, as_=agent, body={"email": email})

        reply = call(app, as_=agent, body={"email": email, "code": mail.code(email)})

        assert (reply.status, reply.json) == (200, {"message": "Адрес подтверждён."})
        assert call(me, as_=agent).json["email"] == email

    def test_a_change_takes_both_codes_and_ends_the_session(self, call: Call, mail: Outbox) -> None:
        now, email = utc_now(), people.an_email()
        with transaction() as session:
            client = people.a_client(session, now)
            signed = people.sign_in(session, client, Role.CLIENT, now)
        call(send, as_=signed, body={"email": email})
        codes = {"code": mail.code(email), "current_code": mail.code(str(client.email))}

        missing = call(app, as_=signed, body={"email": email, "code": codes["code"]})
        reply = call(app, as_=signed, body={"email": email, **codes})

        assert (missing.status, missing.code) == (422, "current_code_needed")
        assert reply.status == 200
        assert call(me, as_=signed).status == 401
