from functions.users.me_npd_read.handler import app
from shared.kernel.roles import Role
from shared.receipts.binding import PERMISSIONS
from tests.functions.conftest import Call
from tests.shared.payments.world import a_cast, sign_in


class TestReadNpd:
    def test_tells_of_the_binding(self, call: Call) -> None:
        cast = a_cast(agency=False)

        reply = call(app, as_=sign_in(cast.agent_id, Role.AGENT))

        assert reply.json == {"status": "bound", "permissions": list(PERMISSIONS)}

    def test_tells_of_none(self, call: Call) -> None:
        cast = a_cast(agency=False, bound=False)

        reply = call(app, as_=sign_in(cast.agent_id, Role.AGENT))

        assert reply.json == {"status": "none", "permissions": []}
