import pytest
from sqlalchemy import update

from functions.operator.organizations_approve.handler import app
from functions.organizations.members_add.handler import app as add
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.kernel.identifiers import new_id
from shared.kernel.roles import Role
from shared.users.models import User
from tests.builders import people
from tests.builders.people import Agency
from tests.functions.conftest import Call, Signed


@pytest.fixture
def pending(database: object) -> Agency:
    with transaction() as session:
        return people.an_agency(session, utc_now(), approved=False)


@pytest.mark.usefixtures("no_queue")
class TestApprovingAnOrganization:
    def test_opens_it_to_its_admin(self, call: Call, operator: Signed, pending: Agency) -> None:
        now = utc_now()
        with transaction() as session:
            admin = people.sign_in(session, pending.admin, Role.AGENCY_ADMIN, now)
            agent = people.an_agent(session, now)
        asked = {"user_id": str(agent.id), "member_role": "agent"}
        before = call(add, as_=admin, organization_id=pending.id, body=asked)

        reply = call(app, as_=operator, organization_id=pending.id)

        assert (before.status, before.code) == (403, "organization_pending")
        assert (reply.status, reply.json["status"]) == (200, "active")
        assert reply.json["approved_at"] is not None
        assert call(add, as_=admin, organization_id=pending.id, body=asked).status == 201

    def test_needs_proved_contacts(self, call: Call, operator: Signed, pending: Agency) -> None:
        with transaction() as session:
            session.execute(update(User).where(User.id == pending.admin.id).values(phone_verified_at=None))

        reply = call(app, as_=operator, organization_id=pending.id)

        assert (reply.status, reply.code) == (409, "organization_unproved")

    def test_happens_once_and_to_something(self, call: Call, operator: Signed, pending: Agency) -> None:
        call(app, as_=operator, organization_id=pending.id)

        again = call(app, as_=operator, organization_id=pending.id)
        nothing = call(app, as_=operator, organization_id=new_id())

        assert (again.status, again.code) == (409, "organization_state_wrong")
        assert (nothing.status, nothing.code) == (404, "organization_not_found")

    def test_is_for_operators(self, call: Call, pending: Agency) -> None:
        now = utc_now()
        with transaction() as session:
            admin = people.sign_in(session, pending.admin, Role.AGENCY_ADMIN, now)

        assert call(app, as_=admin, organization_id=pending.id).status == 403
