from functions.auth.sessions_end_others.handler import app
from functions.users.me_read.handler import app as me
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.kernel.roles import Role
from tests.builders import people
from tests.functions.conftest import Call, Signed


class TestOtherSessions:
    def test_end_and_the_one_that_asks_lives_on(self, call: Call) -> None:
        now = utc_now()
        with transaction() as session:
            agent = people.an_agent(session, now)
            here, *others = [people.sign_in(session, agent, Role.AGENT, now) for _ in range(3)]
            stranger = people.sign_in(session, people.an_agent(session, now), Role.AGENT, now)

        reply = call(app, as_=here)

        assert (reply.status, reply.json) == (200, {"ended": 2})
        assert [call(me, as_=each).status for each in [here, *others, stranger]] == [200, 401, 401, 200]

    def test_end_for_whoever_is_blocked_too(self, call: Call, blocked: Signed) -> None:
        assert call(app, as_=blocked).json == {"ended": 0}
