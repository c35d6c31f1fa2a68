from functions.auth.client_email_send.handler import app as send
from functions.auth.client_email_verify.handler import app
from functions.users.me_read.handler import app as me
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from tests.builders import people
from tests.builders.outside import Outbox
from tests.functions.conftest import Call, Signed


class TestEnteringTheCode:
    def test_makes_a_new_client_at_his_first_sign_in(self, call: Call, mail: Outbox) -> None:
        email = people.an_email()
        call(send, body={"email": email})

        reply = call(app, body={"email": email, "code": mail.code(email)})

        assert reply.status == 200, reply.text
        seen = call(me, as_=Signed(reply.json["access_token"])).json
        assert (seen["role"], seen["status"]) == ("client", "incomplete")
        assert (seen["email"], seen["phone"], seen["phone_verified"]) == (email, None, False)

    def test_finds_the_client_again_however_he_writes_his_address(self, call: Call, mail: Outbox) -> None:
        with transaction() as session:
            client = people.a_client(session, utc_now())
        email = str(client.email)
        call(send, body={"email": email})

        reply = call(app, body={"email": email.title(), "code": mail.code(email)})

        assert call(me, as_=Signed(reply.json["access_token"])).json["id"] == str(client.id)

    def test_refuses_a_wrong_code(self, call: Call, mail: Outbox) -> None:
        email = people.an_email()
        call(send, body={"email": email})
        wrong = f"{(int(mail.code(email)) + 1) % 1_000_000:06d}"

        assert call(app, body={"email": email, "code": wrong}).code == "code_refused"
