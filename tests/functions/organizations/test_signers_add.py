from functions.organizations.signers_add.handler import app
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.kernel.identifiers import new_id
from shared.organizations import service as organizations
from tests.functions.conftest import Call
from tests.functions.organizations.conftest import Office

CHARTER = {"position": "Президент", "kind": "charter"}


class TestAppointingASigner:
    def test_leaves_him_unchecked(self, call: Call, office: Office) -> None:
        reply = call(
            app,
            as_=office.admin,
            organization_id=office.agency.id,
            body={"user_id": str(office.agent.id), "authority": CHARTER},
        )

        assert reply.status == 201, reply.text
        (signer,) = [each for each in reply.json["roles"] if each["member_role"] == "signer"]
        assert (signer["basis"], signer["checked_at"]) == ("Устав", None)
        with transaction() as session:
            signers = organizations.signers(session, office.agency.id, now=utc_now())
        assert [each.user_id for each in signers] == [office.agency.admin.id]

    def test_is_for_members(self, call: Call, office: Office) -> None:
        reply = call(
            app,
            as_=office.admin,
            organization_id=office.agency.id,
            body={"user_id": str(new_id()), "authority": CHARTER},
        )

        assert (reply.status, reply.code) == (404, "member_not_found")

    def test_of_another_organization_is_not_found(self, call: Call, office: Office) -> None:
        reply = call(
            app,
            as_=office.stranger,
            organization_id=office.agency.id,
            body={"user_id": str(office.agent.id), "authority": CHARTER},
        )

        assert (reply.status, reply.code) == (404, "organization_not_found")
