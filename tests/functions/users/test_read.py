from uuid import uuid4

import pytest
from sqlalchemy import Connection, text

from functions.users.read.handler import app
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.kernel.roles import Role
from tests.builders import people
from tests.builders.deals import Crew, a_crew
from tests.functions.conftest import Call, Signed


@pytest.fixture
def crew(database: object) -> Crew:
    with transaction() as session:
        return a_crew(session, utc_now())


def signed_in(person: people.Person, role: Role) -> Signed:
    now = utc_now()
    with transaction() as session:
        return people.sign_in(session, person, role, now)


class TestReadingAPerson:
    def test_shows_an_admin_his_agent_by_name(self, call: Call, crew: Crew) -> None:
        admin = signed_in(crew.agency.admin, Role.AGENCY_ADMIN)

        assert call(app, as_=admin, user_id=crew.agent.id).json == {
            "id": str(crew.agent.id),
            "full_name": "Иванова Мария Петровна",
            "roles": ["agent"],
            "member_roles": ["agent"],
            "staff_view": None,
        }

    def test_shows_an_agent_the_head_of_his_agency(self, call: Call, crew: Crew) -> None:
        reply = call(app, as_=signed_in(crew.agent, Role.AGENT), user_id=crew.agency.admin.id)

        assert reply.json["full_name"] == "Кузнецов Пётр Андреевич"
        assert (reply.json["member_roles"], reply.json["staff_view"]) == (["admin", "signer"], None)

    def test_shows_nobody_from_elsewhere(self, call: Call, crew: Crew) -> None:
        with transaction() as session:
            other = a_crew(session, utc_now())
        admin = signed_in(crew.agency.admin, Role.AGENCY_ADMIN)

        foreign = call(app, as_=admin, user_id=other.agent.id)
        absent = call(app, as_=admin, user_id=uuid4())

        assert (foreign.status, foreign.code) == (404, "user_not_found")
        assert (absent.status, absent.json["detail"]) == (404, foreign.json["detail"])

    def test_shows_no_former_colleague(self, call: Call, crew: Crew, owner: Connection) -> None:
        owner.execute(
            text("UPDATE organization_members SET removed_at = now() WHERE user_id = :id"),
            {"id": crew.agent.id},
        )
        owner.commit()

        assert (
            call(app, as_=signed_in(crew.agency.admin, Role.AGENCY_ADMIN), user_id=crew.agent.id).status
            == 404
        )

    @pytest.mark.parametrize("role", [Role.OPERATOR, Role.ADMIN])
    def test_shows_staff_all_but_the_passport_and_writes_it_down(
        self, call: Call, crew: Crew, owner: Connection, role: Role
    ) -> None:
        with transaction() as session:
            staff = people.a_client(session, utc_now())

        reply = call(app, as_=signed_in(staff, role), user_id=crew.agent.id)

        seen = reply.json["staff_view"]
        assert (seen["phone"], seen["inn"], seen["status"]) == (crew.agent.phone, crew.agent.inn, "active")
        assert seen["has_passport"] is False
        line = owner.execute(
            text("SELECT actor_id, entity_id FROM audit_logs WHERE action = 'user.read'")
        ).one()
        assert tuple(line) == (staff.id, crew.agent.id)

    def test_is_closed_to_clients(self, call: Call, crew: Crew) -> None:
        client = signed_in(crew.agent, Role.CLIENT)

        assert call(app, as_=client, user_id=crew.agent.id).code == "role_not_allowed"
