from datetime import timedelta

from functions.auth.sessions_list.handler import app
from shared.auth import sessions
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.kernel.roles import Role
from tests.builders import people
from tests.functions.conftest import Call, Signed


class TestSessions:
    def test_are_listed_the_last_used_first_with_their_devices(self, call: Call) -> None:
        now = utc_now()
        with transaction() as session:
            agent = people.an_agent(session, now)
            sessions.open_session(
                session,
                user_id=agent.id,
                role=Role.CLIENT,
                ip="203.0.113.9",
                user_agent="Firefox",
                now=now - timedelta(days=1),
            )
            current = people.sign_in(session, agent, Role.AGENT, now)

        reply = call(app, as_=current)

        assert reply.status == 200, reply.text
        seen = [(each["device"], each["ip"], each["role"], each["current"]) for each in reply.json["items"]]
        assert seen == [
            ("pytest", "127.0.0.1", "agent", True),
            ("Firefox", "203.0.113.9", "client", False),
        ]
        assert reply.json["total"] == 2

    def test_that_ended_or_are_somebody_elses_are_not(self, call: Call) -> None:
        now = utc_now()
        with transaction() as session:
            agent = people.an_agent(session, now)
            current = people.sign_in(session, agent, Role.AGENT, now)
            people.sign_in(session, people.an_agent(session, now), Role.AGENT, now)
            people.sign_in(session, agent, Role.AGENT, now - timedelta(days=8))

        assert call(app, as_=current).json["total"] == 1

    def test_are_open_to_whoever_is_blocked(self, call: Call, blocked: Signed) -> None:
        assert call(app, as_=blocked).status == 200
