import pytest

from functions.operator.organizations_block.handler import app
from functions.organizations.members_list.handler import app as list_members
from functions.organizations.update.handler import app as update
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.kernel.roles import Role
from tests.builders import people
from tests.builders.people import Agency
from tests.functions.conftest import Call, Signed

REASON = {"reason": "Жалобы клиентов: идёт проверка"}


@pytest.fixture
def agency(database: object) -> Agency:
    with transaction() as session:
        return people.an_agency(session, utc_now())


class TestBlockingAnOrganization:
    def test_leaves_its_admin_only_reading(self, call: Call, operator: Signed, agency: Agency) -> None:
        now = utc_now()
        with transaction() as session:
            admin = people.sign_in(session, agency.admin, Role.AGENCY_ADMIN, now)

        reply = call(app, as_=operator, organization_id=agency.id, body=REASON)

        assert (reply.status, reply.json["status"]) == (200, "blocked")
        assert call(list_members, as_=admin, organization_id=agency.id).status == 200
        changed = call(update, as_=admin, organization_id=agency.id, body={"city": "Казань"})
        assert (changed.status, changed.code) == (409, "organization_closed")

    def test_needs_a_reason(self, call: Call, operator: Signed, agency: Agency) -> None:
        assert call(app, as_=operator, organization_id=agency.id, body={}).status == 422

    def test_happens_once(self, call: Call, operator: Signed, agency: Agency) -> None:
        replies = [call(app, as_=operator, organization_id=agency.id, body=REASON) for _ in range(2)]

        assert [reply.status for reply in replies] == [200, 409]
