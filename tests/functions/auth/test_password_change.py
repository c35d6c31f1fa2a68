import pytest
from sqlalchemy import select

from functions.auth.agency_login.handler import app as agency_login
from functions.auth.password_change.handler import app
from functions.queues.jobs.handler import app as jobs
from functions.users.me_read.handler import app as me
from shared.audit.models import AuditLog
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.kernel.roles import Role
from shared.outbox.models import OutboxMessage
from tests.builders import people
from tests.builders.outside import Outbox
from tests.builders.people import PASSWORD, Agency
from tests.functions.conftest import Answer, Call, Signed, queue_event

NEW = "семь слонов едят вишню"


@pytest.fixture
def house(database: object) -> Agency:
    with transaction() as session:
        return people.an_agency(session, utc_now())


def signed_in(house: Agency) -> Signed:
    with transaction() as session:
        return people.sign_in(session, house.admin, Role.AGENCY_ADMIN, utc_now())


def change(call: Call, signed: Signed, current: str = PASSWORD, new: str = NEW) -> Answer:
    return call(app, as_=signed, body={"current_password": current, "new_password": new})


class TestChangingAPassword:
    def test_ends_every_other_session(self, call: Call, house: Agency) -> None:
        here, elsewhere = signed_in(house), signed_in(house)

        reply = change(call, here)

        assert reply.status == 200, reply.text
        assert (call(me, as_=here).status, call(me, as_=elsewhere).status) == (200, 401)
        logins = [
            call(agency_login, body={"email": house.admin.email, "password": each})
            for each in (PASSWORD, NEW)
        ]
        assert [each.status for each in logins] == [401, 200]

    def test_tells_the_person(self, call: Call, house: Agency, mail: Outbox, sms: Outbox) -> None:
        change(call, signed_in(house))
        with transaction() as session:
            message = session.scalars(
                select(OutboxMessage.id).where(OutboxMessage.kind == "password.changed")
            ).one()

        jobs(queue_event(str(message)), None)

        assert "пароль вашего аккаунта изменён" in mail.messages(str(house.admin.email))[0]["text"]

    def test_needs_the_present_one(self, call: Call, house: Agency) -> None:
        signed = signed_in(house)

        reply = change(call, signed, current="не тот пароль")

        assert (reply.status, reply.code) == (422, "wrong_current_password")
        with transaction() as session:
            line = session.scalars(select(AuditLog).where(AuditLog.action == "user.password_refused")).one()
        assert line.actor_id == house.admin.id
        assert call(me, as_=signed).status == 200

    @pytest.mark.parametrize("new", ["короче", "password123", "Кузнецов2026"])
    def test_refuses_a_weak_one(self, call: Call, house: Agency, new: str) -> None:
        reply = change(call, signed_in(house), new=new)

        assert (reply.status, reply.code) == (422, "weak_password")
        assert [each["field"] for each in reply.json["errors"]] == ["new_password"]

    def test_stops_guessing(self, call: Call, house: Agency) -> None:
        signed = signed_in(house)
        for number in range(10):
            assert change(call, signed, current=f"догадка {number}").status == 422

        refused = change(call, signed)

        assert (refused.status, refused.code) == (429, "too_many_attempts")

    def test_is_for_those_who_have_one(self, call: Call, house: Agency) -> None:
        with transaction() as session:
            now = utc_now()
            agent = people.sign_in(session, people.an_agent(session, now), Role.AGENT, now)

        assert change(call, agent).status == 403
