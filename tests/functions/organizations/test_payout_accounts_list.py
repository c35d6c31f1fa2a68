from functions.organizations.payout_accounts_list.handler import app
from tests.functions.conftest import Call, Signed
from tests.functions.organizations.conftest import Office


class TestTheListOfAccounts:
    def test_is_for_admins_and_staff(self, call: Call, office: Office, operator: Signed) -> None:
        for reader in (office.admin, operator):
            reply = call(app, as_=reader, organization_id=office.agency.id)
            assert (reply.status, reply.json["items"]) == (200, [])

        assert call(app, as_=office.as_agent, organization_id=office.agency.id).status == 403

    def test_of_another_organization_is_not_found(self, call: Call, office: Office) -> None:
        assert call(app, as_=office.stranger, organization_id=office.agency.id).status == 404
