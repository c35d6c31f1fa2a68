from functions.organizations.members_list.handler import app
from shared.kernel.identifiers import new_id
from tests.functions.conftest import Call, Signed
from tests.functions.organizations.conftest import Office


class TestTheListOfMembers:
    def test_names_them_to_admins_and_staff(self, call: Call, office: Office, operator: Signed) -> None:
        for reader in (office.admin, operator):
            reply = call(app, as_=reader, organization_id=office.agency.id)

            assert reply.status == 200, reply.text
            assert [each["full_name"] for each in reply.json["items"]] == [
                office.agency.admin.full_name,
                office.agent.full_name,
            ]
            assert {each["member_role"] for each in reply.json["items"][0]["roles"]} == {"admin", "signer"}

    def test_is_closed_to_agents(self, call: Call, office: Office) -> None:
        assert call(app, as_=office.as_agent, organization_id=office.agency.id).status == 403

    def test_of_another_organization_is_not_found(self, call: Call, office: Office, operator: Signed) -> None:
        foreign = call(app, as_=office.stranger, organization_id=office.agency.id)
        absent = call(app, as_=operator, organization_id=new_id())

        assert (foreign.status, absent.status) == (404, 404)
        assert foreign.code == absent.code
