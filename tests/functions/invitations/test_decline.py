from functions.invitations.accept.handler import app as accept
from functions.invitations.decline.handler import app
from functions.invitations.read.handler import app as read
from tests.functions.conftest import Call
from tests.functions.invitations.conftest import Invited


class TestDecliningAnInvitation:
    def test_closes_it_for_good(self, call: Call, invited: Invited) -> None:
        reply = call(app, token=invited.token)

        assert (reply.status, reply.text) == (204, "")
        assert call(read, token=invited.token).json["state"] == "declined"
        assert call(accept, as_=invited.as_agent, token=invited.token).code == "invitation_closed"

    def test_of_no_token_is_not_found(self, call: Call, invited: Invited) -> None:
        reply = call(app, token="no-such-token")

        assert (reply.status, reply.code) == (404, "invitation_not_found")
