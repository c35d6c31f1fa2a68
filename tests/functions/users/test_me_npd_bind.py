from functions.users.me_npd_bind.handler import app
from shared.db.session import Transactions
from shared.kernel.roles import Role
from shared.receipts.npd_models import NpdTask, NpdTaskKind
from shared.users.models import TaxStatus, UserProfile
from tests.functions.conftest import Call
from tests.shared.payments.world import a_cast, count_of, sign_in


class TestBindNpd:
    def test_is_accepted_and_asked_for_by_the_schedule(self, call: Call) -> None:
        cast = a_cast(agency=False, bound=False)

        reply = call(app, as_=sign_in(cast.agent_id, Role.AGENT))

        assert (reply.status, reply.json) == (202, {"status": "requested", "permissions": []})
        assert count_of(NpdTask, NpdTask.kind == NpdTaskKind.BIND) == 1

    def test_is_not_asked_for_twice(self, call: Call) -> None:
        cast = a_cast(agency=False)

        reply = call(app, as_=sign_in(cast.agent_id, Role.AGENT))

        assert (reply.status, reply.code) == (409, "npd_binding_exists")

    def test_is_for_the_self_employed(self, call: Call) -> None:
        cast = a_cast(agency=False, bound=False)
        with Transactions()() as session:
            session.get_one(UserProfile, cast.agent_id).tax_status = TaxStatus.SOLE_TRADER

        reply = call(app, as_=sign_in(cast.agent_id, Role.AGENT))

        assert (reply.status, reply.code) == (409, "not_self_employed")

    def test_is_closed_to_clients(self, call: Call) -> None:
        cast = a_cast(agency=False)

        assert call(app, as_=sign_in(cast.client_id, Role.CLIENT)).status == 403
