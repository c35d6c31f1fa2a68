from sqlalchemy import select

from functions.auth.logout.handler import app
from functions.auth.refresh.handler import app as refresh
from functions.users.me_read.handler import app as me
from shared.audit.models import AuditLog
from shared.auth import sessions
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.kernel.roles import Role
from shared.users.models import User, UserStatus
from tests.builders import people
from tests.functions.conftest import Call, Signed


class TestLeaving:
    def test_ends_this_session_at_once_and_no_other(self, call: Call) -> None:
        with transaction() as session:
            now = utc_now()
            agent = people.an_agent(session, now)
            here, elsewhere = (
                sessions.open_session(session, user_id=agent.id, role=Role.AGENT, now=now, **people.PEER)
                for _ in range(2)
            )

        reply = call(app, as_=Signed(here.access_token))

        assert (reply.status, reply.text) == (204, "")
        with transaction() as session:
            line = session.scalars(select(AuditLog).where(AuditLog.action == "session.closed")).one()
        assert (line.actor_id, line.ip, line.user_agent) == (agent.id, "127.0.0.1", "pytest")
        assert call(me, as_=Signed(here.access_token)).status == 401
        assert call(refresh, body={"refresh_token": here.refresh_token}).status == 401
        assert call(me, as_=Signed(elsewhere.access_token)).status == 200

    def test_is_open_to_a_blocked_person(self, call: Call) -> None:
        now = utc_now()
        with transaction() as session:
            agent = people.an_agent(session, now)
            signed = people.sign_in(session, agent, Role.AGENT, now)
            session.get_one(User, agent.id).status = UserStatus.BLOCKED

        assert call(app, as_=signed).status == 204
        assert call(me, as_=signed).status == 401

    def test_needs_somebody_who_is_signed_in(self, call: Call) -> None:
        assert call(app).code == "sign_in_needed"
