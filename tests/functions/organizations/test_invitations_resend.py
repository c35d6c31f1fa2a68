import pytest
from sqlalchemy import func, select

from functions.organizations.invitations_create.handler import app as invite
from functions.organizations.invitations_resend.handler import app
from shared.db.session import transaction
from shared.kernel.identifiers import new_id
from shared.outbox.models import OutboxMessage
from tests.functions.conftest import Call
from tests.functions.organizations.conftest import Office


@pytest.mark.usefixtures("no_queue")
class TestSendingAnInvitationAgain:
    def test_asks_for_another_sending_and_a_longer_life(self, call: Call, office: Office) -> None:
        made = call(
            invite,
            as_=office.admin,
            organization_id=office.agency.id,
            body={"email": "konstantin@example.ru", "member_role": "agent"},
        ).json

        again = call(app, as_=office.admin, organization_id=office.agency.id, invitation_id=made["id"])

        assert again.status == 202, again.text
        assert again.json["expires_at"] > made["expires_at"]
        with transaction() as session:
            assert session.scalar(select(func.count()).select_from(OutboxMessage)) == 2

    def test_of_none_is_not_found(self, call: Call, office: Office) -> None:
        reply = call(app, as_=office.admin, organization_id=office.agency.id, invitation_id=new_id())

        assert (reply.status, reply.code) == (404, "invitation_not_found")
