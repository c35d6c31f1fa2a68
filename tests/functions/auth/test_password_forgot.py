from functions.auth.password_forgot.handler import app
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from tests.builders import people
from tests.builders.outside import Outbox
from tests.functions.conftest import Call


class TestForgettingAPassword:
    def test_sends_a_code_that_says_what_it_is_for(self, call: Call, mail: Outbox) -> None:
        with transaction() as session:
            house = people.an_agency(session, utc_now())

        reply = call(app, body={"email": house.admin.email})

        assert reply.status == 200, reply.text
        assert (
            f"смены пароля в Housler: {mail.code(str(house.admin.email))}"
            in (mail.messages(str(house.admin.email))[0]["text"])
        )

    def test_answers_the_same_to_everybody_and_sends_a_letter_in_any_case(
        self, call: Call, mail: Outbox
    ) -> None:
        now, unknown = utc_now(), people.an_email()
        with transaction() as session:
            house, client = people.an_agency(session, now), people.a_client(session, now)

        replies = [call(app, body={"email": each}) for each in (house.admin.email, client.email, unknown)]

        assert len({(reply.status, reply.text) for reply in replies}) == 1
        for address in (str(client.email), unknown):
            (letter,) = mail.messages(address)
            assert "входа по паролю с ним нет" in letter["text"]
            assert not any(word.isdigit() and len(word) == 6 for word in letter["text"].split())

    def test_waits_before_the_next_letter(self, call: Call, mail: Outbox) -> None:
        email = people.an_email()
        call(app, body={"email": email})

        assert call(app, body={"email": email}).code == "code_too_soon"
