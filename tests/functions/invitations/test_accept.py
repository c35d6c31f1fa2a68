from functions.invitations.accept.handler import app
from functions.organizations.read.handler import app as read
from tests.functions.conftest import Call
from tests.functions.invitations.conftest import Invited


class TestAcceptingAnInvitation:
    def test_opens_the_organization_to_the_session_at_once(self, call: Call, invited: Invited) -> None:
        before = call(read, as_=invited.as_agent, organization_id=invited.agency.id)

        reply = call(app, as_=invited.as_agent, token=invited.token)

        assert reply.status == 200, reply.text
        assert reply.json == {"organization_id": str(invited.agency.id), "member_role": "agent"}
        after = call(read, as_=invited.as_agent, organization_id=invited.agency.id)
        assert (before.status, after.status) == (404, 200)

    def test_for_anybody_else_looks_like_no_invitation(self, call: Call, invited: Invited) -> None:
        stranger = call(app, as_=invited.stranger, token=invited.token)
        nothing = call(app, as_=invited.stranger, token="no-such-token")

        assert (stranger.status, nothing.status) == (404, 404)
        assert stranger.json["detail"] == nothing.json["detail"]

    def test_works_once(self, call: Call, invited: Invited) -> None:
        replies = [call(app, as_=invited.as_agent, token=invited.token) for _ in range(2)]

        assert [reply.status for reply in replies] == [200, 409]
        assert replies[1].code == "invitation_closed"

    def test_needs_a_session(self, call: Call, invited: Invited) -> None:
        assert call(app, token=invited.token).status == 401
