import pytest

from functions.organizations.invitations_create.handler import app as invite
from functions.organizations.invitations_revoke.handler import app
from shared.kernel.identifiers import new_id
from tests.functions.conftest import Call
from tests.functions.organizations.conftest import Office


@pytest.mark.usefixtures("no_queue")
class TestRevokingAnInvitation:
    def test_happens_once(self, call: Call, office: Office) -> None:
        invitation_id = self._invited(call, office)
        names = {"organization_id": office.agency.id, "invitation_id": invitation_id}

        replies = [call(app, as_=office.admin, **names) for _ in range(2)]

        assert [reply.status for reply in replies] == [204, 409]
        assert replies[1].code == "invitation_closed"

    def test_of_another_organization_is_not_found(self, call: Call, office: Office) -> None:
        invitation_id = self._invited(call, office)

        foreign = call(
            app, as_=office.stranger, organization_id=office.agency.id, invitation_id=invitation_id
        )
        absent = call(app, as_=office.admin, organization_id=office.agency.id, invitation_id=new_id())

        assert (foreign.status, absent.status) == (404, 404)

    @staticmethod
    def _invited(call: Call, office: Office) -> str:
        reply = call(
            invite,
            as_=office.admin,
            organization_id=office.agency.id,
            body={"email": "konstantin@example.ru", "member_role": "agent"},
        )
        return str(reply.json["id"])
