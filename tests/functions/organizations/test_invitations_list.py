import pytest

from functions.organizations.invitations_create.handler import app as invite
from functions.organizations.invitations_list.handler import app
from functions.organizations.invitations_revoke.handler import app as revoke
from tests.functions.conftest import Call, Signed
from tests.functions.organizations.conftest import Office


@pytest.mark.usefixtures("no_queue")
class TestTheListOfInvitations:
    def test_is_newest_first_and_filtered_by_status(
        self, call: Call, office: Office, operator: Signed
    ) -> None:
        first, second = (
            call(
                invite,
                as_=office.admin,
                organization_id=office.agency.id,
                body={"email": f"{name}@example.ru", "member_role": "agent"},
            ).json["id"]
            for name in ("pervaya", "vtoraya")
        )
        call(revoke, as_=office.admin, organization_id=office.agency.id, invitation_id=first)

        everything = call(app, as_=operator, organization_id=office.agency.id).json
        pending = call(
            app, as_=office.admin, organization_id=office.agency.id, query={"status": "pending"}
        ).json

        assert [each["id"] for each in everything["items"]] == [second, first]
        assert [each["address"] for each in everything["items"]] == ["vt***@example.ru", None]
        assert ([each["id"] for each in pending["items"]], pending["total"]) == ([second], 1)

    def test_of_another_organization_is_not_found(self, call: Call, office: Office) -> None:
        assert call(app, as_=office.stranger, organization_id=office.agency.id).status == 404
