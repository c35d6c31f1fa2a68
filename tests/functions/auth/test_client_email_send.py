from functions.auth.client_email_send.handler import app
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from tests.builders import people
from tests.builders.outside import Outbox
from tests.functions.conftest import Call


class TestAskingForALetter:
    def test_sends_a_code_that_says_what_it_is_for(self, call: Call, mail: Outbox) -> None:
        email = people.an_email()

        reply = call(app, body={"email": email.upper()})

        assert reply.status == 200, reply.text
        assert reply.json == {"message": "Код отправлен письмом."}
        (letter,) = mail.messages(email)
        assert letter["subject"] == "Код для входа в Housler"
        assert "Код действует 5 мин." in letter["text"]
        assert mail.code(email) not in letter["subject"]

    def test_answers_the_same_for_a_client_and_for_a_stranger(self, call: Call, mail: Outbox) -> None:
        with transaction() as session:
            client = people.a_client(session, utc_now())

        known = call(app, body={"email": client.email})
        unknown = call(app, body={"email": people.an_email()})

        assert (known.status, known.json) == (unknown.status, unknown.json)

    def test_says_that_there_is_no_such_mailbox(self, call: Call, mail: Outbox) -> None:
        mail.standin.post("faults", stage="rcpt", kind="reply", reply="550 5.1.1 No such mailbox")

        reply = call(app, body={"email": people.an_email()})

        assert (reply.status, reply.code) == (422, "recipient_refused")

    def test_asks_for_patience_when_the_server_is_busy(self, call: Call, mail: Outbox) -> None:
        email = people.an_email()
        mail.standin.post("faults", stage="rcpt", kind="reply", reply="451 4.2.1 Mailbox busy")

        refused, repeated = call(app, body={"email": email}), call(app, body={"email": email})

        assert (refused.status, refused.code) == (503, "sending_unavailable")
        assert repeated.status == 200

    def test_refuses_what_is_no_address(self, call: Call, mail: Outbox) -> None:
        for email in ("", "ivan", "ivan@example", "ivan@@example.ru", "i\nvan@example.ru"):
            assert call(app, body={"email": email}).code == "invalid_fields"
