from datetime import timedelta

from sqlalchemy import update

from functions.invitations.accept.handler import app as accept
from functions.invitations.read.handler import app
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.organizations.invitation_models import Invitation
from tests.functions.conftest import Call
from tests.functions.invitations.conftest import Invited


class TestReadingAnInvitation:
    def test_says_who_invites_to_what(self, call: Call, invited: Invited) -> None:
        reply = call(app, token=invited.token)

        assert reply.status == 200, reply.text
        assert reply.json["organization"] == invited.agency.short_name
        assert (reply.json["member_role"], reply.json["state"]) == ("agent", "pending")
        assert reply.json["address"].endswith(f"***-**-{str(invited.agent.phone)[-2:]}")

    def test_says_that_it_is_too_late(self, call: Call, invited: Invited) -> None:
        with transaction() as session:
            session.execute(update(Invitation).values(expires_at=utc_now() - timedelta(seconds=1)))

        assert call(app, token=invited.token).json["state"] == "expired"

    def test_says_that_it_was_accepted_and_forgets_by_whom(self, call: Call, invited: Invited) -> None:
        call(accept, as_=invited.as_agent, token=invited.token)

        reply = call(app, token=invited.token).json

        assert (reply["state"], reply["address"]) == ("accepted", None)

    def test_of_no_token_is_not_found(self, call: Call, invited: Invited) -> None:
        reply = call(app, token=invited.token[:-1])

        assert (reply.status, reply.code) == (404, "invitation_not_found")
