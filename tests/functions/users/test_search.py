import pytest
from sqlalchemy import Connection, text

from functions.users.search.handler import app
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.kernel.roles import Role
from shared.users import service as users
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


@pytest.fixture
def admin(crew: Crew) -> Signed:
    return signed_in(crew.agency.admin, Role.AGENCY_ADMIN)


@pytest.fixture
def operator(database: object) -> Signed:
    with transaction() as session:
        person = people.a_client(session, utc_now())
    return signed_in(person, Role.OPERATOR)


@pytest.fixture
def stranger(database: object) -> people.Person:
    with transaction() as session:
        return people.an_agent(session, utc_now(), full_name="Орлова Вера Львовна")


class TestSearchingForAPerson:
    def test_by_phone_shows_an_admin_a_masked_name(
        self, call: Call, admin: Signed, stranger: people.Person
    ) -> None:
        reply = call(app, as_=admin, query={"phone": stranger.phone or ""})

        assert reply.json == {
            "items": [{"id": str(stranger.id), "name": "Вера Львовна О.", "roles": ["agent"]}]
        }

    def test_by_mail_shows_staff_the_whole_name(self, call: Call, operator: Signed, crew: Crew) -> None:
        email = crew.agency.admin.email or ""

        reply = call(app, as_=operator, query={"email": email.upper()})

        assert reply.json["items"] == [
            {
                "id": str(crew.agency.admin.id),
                "name": "Кузнецов Пётр Андреевич",
                "roles": ["client", "agency_admin"],
            }
        ]

    def test_finds_nobody_by_a_contact_that_nobody_proved(self, call: Call, operator: Signed) -> None:
        typed_in = people.an_email()
        now = utc_now()
        with transaction() as session:
            users.create(session, phone=people.a_phone(), phone_verified_at=now, email=typed_in, now=now)

        assert call(app, as_=operator, query={"email": typed_in}).json == {"items": []}
        assert call(app, as_=operator, query={"phone": people.a_phone()}).json == {"items": []}

    @pytest.mark.parametrize(
        "query",
        [{}, {"phone": "+79161234567", "email": "a@example.ru"}, {"phone": "+7916"}, {"name": "Иванова"}],
    )
    def test_needs_one_whole_contact(self, call: Call, operator: Signed, query: dict[str, str]) -> None:
        assert call(app, as_=operator, query=query).code == "invalid_fields"

    def test_is_written_down_without_the_contact(
        self, call: Call, admin: Signed, stranger: people.Person, owner: Connection
    ) -> None:
        call(app, as_=admin, query={"phone": stranger.phone or ""})
        call(app, as_=admin, query={"email": "nobody@example.ru"})

        lines = owner.execute(
            text(
                "SELECT actor_id, entity_id, after FROM audit_logs WHERE action = 'user.searched' ORDER BY recorded_at"
            )
        ).all()
        assert [tuple(each) for each in lines] == [
            (admin.user_id, stranger.id, {"by": "phone", "found": True}),
            (admin.user_id, admin.user_id, {"by": "email", "found": False}),
        ]

    def test_is_limited_to_thirty_an_hour_for_each(self, call: Call, admin: Signed, operator: Signed) -> None:
        replies = [call(app, as_=admin, query={"phone": "+79160000000"}) for _ in range(31)]

        assert [each.status for each in replies] == [200] * 30 + [429]
        assert int(replies[-1].headers["Retry-After"]) > 3_500
        assert call(app, as_=operator, query={"phone": "+79160000000"}).status == 200

    def test_is_closed_to_an_agency_that_nobody_approved(self, call: Call) -> None:
        now = utc_now()
        with transaction() as session:
            pending = people.an_agency(session, now, approved=False)
        admin = signed_in(pending.admin, Role.AGENCY_ADMIN)

        assert call(app, as_=admin, query={"phone": "+79160000000"}).status == 403

    def test_needs_an_organization_to_act_for(self, call: Call, stranger: people.Person) -> None:
        nobodys = signed_in(stranger, Role.AGENCY_ADMIN)

        assert call(app, as_=nobodys, query={"phone": "+79160000000"}).code == "organization_not_found"

    @pytest.mark.parametrize("role", [Role.AGENT, Role.CLIENT])
    def test_is_closed_to_agents_and_clients(self, call: Call, stranger: people.Person, role: Role) -> None:
        reply = call(app, as_=signed_in(stranger, role), query={"phone": "+79160000000"})

        assert reply.code == "role_not_allowed"
