from sqlalchemy import event

from functions.users.me_read.handler import app
from shared.db import session as database_session
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.kernel.roles import Role
from shared.users.models import User, UserStatus
from tests.builders import people
from tests.functions.conftest import Call


class TestReadingOneself:
    def test_tells_an_agent_all_that_he_told(self, call: Call) -> None:
        now = utc_now()
        with transaction() as session:
            agent = people.an_agent(session, now)
            signed_in = people.sign_in(session, agent, Role.AGENT, now)

        seen = call(app, as_=signed_in).json

        assert seen["profile"] == {
            "full_name": "Иванова Мария Петровна",
            "inn": agent.inn,
            "city": "Москва",
            "tax_status": "self_employed",
            "address": "125009, г. Москва, ул. Тверская, д. 1, кв. 2",
            "has_passport": False,
        }
        assert seen["consents"] == {
            "personal_data": True,
            "terms": True,
            "marketing": False,
            "realtor_offer": True,
            "agency_offer": False,
        }
        assert (seen["phone"], seen["phone_verified"], seen["email"]) == (agent.phone, True, None)
        assert seen["signature_agreement_accepted"] is True
        assert seen["organizations"] == []

    def test_is_open_to_a_blocked_person(self, call: Call) -> None:
        now = utc_now()
        with transaction() as session:
            agent = people.an_agent(session, now)
            signed_in = people.sign_in(session, agent, Role.AGENT, now)
            session.get_one(User, agent.id).status = UserStatus.BLOCKED

        reply = call(app, as_=signed_in)

        assert (reply.status, reply.json["status"]) == (200, "blocked")

    def test_shows_a_client_incomplete_behind_the_agents_door_only(self, call: Call) -> None:
        now = utc_now()
        with transaction() as session:
            client = people.a_client(session, now)
            signed_in = [people.sign_in(session, client, role, now) for role in (Role.AGENT, Role.CLIENT)]

        assert [call(app, as_=each).json["status"] for each in signed_in] == ["incomplete", "active"]

    def test_is_closed_to_strangers(self, call: Call) -> None:
        assert call(app).status == 401

    def test_asks_the_database_two_questions(self, call: Call) -> None:
        now = utc_now()
        with transaction() as session:
            agency = people.an_agency(session, now)
            signed_in = people.sign_in(session, agency.admin, Role.AGENCY_ADMIN, now)
        asked: list[str] = []
        engine = database_session._reader()
        event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))

        reply = call(app, as_=signed_in)

        assert reply.status == 200
        assert len(asked) == 2
