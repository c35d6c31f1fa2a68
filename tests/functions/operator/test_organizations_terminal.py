import pytest

from functions.operator.organizations_terminal.handler import app
from functions.organizations.read.handler import app as read
from shared.audit.models import AuditLog
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.kernel.identifiers import new_id
from shared.kernel.roles import Role
from tests.builders import people
from tests.builders.people import Agency
from tests.functions.conftest import Call, Signed
from tests.shared.payments.world import count_of


@pytest.fixture
def agency(database: object) -> Agency:
    with transaction() as session:
        return people.an_agency(session, utc_now())


class TestAssigningATerminal:
    def test_is_remembered_and_written_down(self, call: Call, operator: Signed, agency: Agency) -> None:
        reply = call(app, as_=operator, organization_id=agency.id, body={"terminal": "yookassa"})

        assert (reply.status, reply.json["payment_terminal"]) == (200, "yookassa")
        assert call(read, as_=operator, organization_id=agency.id).json["payment_terminal"] == "yookassa"
        assert count_of(AuditLog, AuditLog.action == "organization.terminal_assigned") == 1

    def test_is_taken_back_by_null(self, call: Call, operator: Signed, agency: Agency) -> None:
        call(app, as_=operator, organization_id=agency.id, body={"terminal": "yookassa"})

        reply = call(app, as_=operator, organization_id=agency.id, body={"terminal": None})

        assert (reply.status, reply.json["payment_terminal"]) == (200, None)

    def test_takes_only_what_is_configured(self, call: Call, operator: Signed, agency: Agency) -> None:
        reply = call(app, as_=operator, organization_id=agency.id, body={"terminal": "elsewhere"})

        assert (reply.status, reply.code) == (422, "terminal_unknown")
        assert call(app, as_=operator, organization_id=agency.id, body={}).code == "invalid_fields"

    def test_needs_an_organization(self, call: Call, operator: Signed) -> None:
        reply = call(app, as_=operator, organization_id=new_id(), body={"terminal": "yookassa"})

        assert (reply.status, reply.code) == (404, "organization_not_found")

    def test_is_closed_to_the_agency_itself(self, call: Call, agency: Agency) -> None:
        with transaction() as session:
            admin = people.sign_in(session, agency.admin, Role.AGENCY_ADMIN, utc_now())

        reply = call(app, as_=admin, organization_id=agency.id, body={"terminal": "yookassa"})

        assert (reply.status, reply.code) == (403, "role_not_allowed")
