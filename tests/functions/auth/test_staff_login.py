from functions.auth.agency_login.handler import app as agency_login
from functions.auth.staff_login.handler import app
from shared.audit.service import SYSTEM
from shared.auth import staff
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from tests.builders import people
from tests.builders.people import PASSWORD
from tests.functions.conftest import Call


class TestStaffLogin:
    def test_asks_for_the_second_factor(self, call: Call) -> None:
        with transaction() as session:
            operator = people.a_member_of_staff(session, utc_now())

        reply = call(app, body={"email": operator.person.email, "password": PASSWORD})

        assert reply.status == 200, reply.text
        assert set(reply.json) == {"challenge_token", "expires_in"}
        assert reply.json["expires_in"] == 300

    def test_says_the_same_whatever_is_wrong(self, call: Call) -> None:
        now = utc_now()
        with transaction() as session:
            house = people.an_agency(session, now)
            operator, former = (people.a_member_of_staff(session, now) for _ in range(2))
            staff.disable(session, email=str(former.person.email), actor=SYSTEM, now=now)

        replies = [
            call(app, body={"email": operator.person.email, "password": "не тот пароль"}),
            call(app, body={"email": people.an_email(), "password": PASSWORD}),
            call(app, body={"email": house.admin.email, "password": PASSWORD}),
            call(app, body={"email": former.person.email, "password": PASSWORD}),
            call(agency_login, body={"email": operator.person.email, "password": PASSWORD}),
        ]

        assert {(reply.status, reply.code, reply.json["detail"]) for reply in replies} == {
            (401, "wrong_credentials", "Неверный e-mail или пароль.")
        }

    def test_stops_guessing_before_it_looks_at_the_password(self, call: Call) -> None:
        with transaction() as session:
            operator = people.a_member_of_staff(session, utc_now())
        for number in range(10):
            call(app, body={"email": operator.person.email, "password": f"догадка {number}"})

        refused = call(app, body={"email": operator.person.email, "password": PASSWORD})

        assert (refused.status, refused.code) == (429, "too_many_attempts")
