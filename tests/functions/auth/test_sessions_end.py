from functions.auth.sessions_end.handler import app
from functions.auth.sessions_list.handler import app as list_app
from functions.users.me_read.handler import app as me
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.kernel.identifiers import new_id
from shared.kernel.roles import Role
from tests.builders import people
from tests.functions.conftest import Call, Signed


def two_sessions() -> tuple[Signed, Signed]:
    now = utc_now()
    with transaction() as session:
        agent = people.an_agent(session, now)
        return people.sign_in(session, agent, Role.AGENT, now), people.sign_in(
            session, agent, Role.AGENT, now
        )


def other_of(call: Call, who: Signed) -> str:
    return next(str(each["id"]) for each in call(list_app, as_=who).json["items"] if not each["current"])


class TestASession:
    def test_ends_at_once_wherever_it_is(self, call: Call) -> None:
        here, elsewhere = two_sessions()

        reply = call(app, as_=here, session_id=other_of(call, here))

        assert reply.status == 204
        assert call(me, as_=elsewhere).status == 401
        assert call(me, as_=here).status == 200

    def test_of_somebody_else_is_not_found(self, call: Call) -> None:
        here, _ = two_sessions()
        theirs, _ = two_sessions()

        stranger = call(app, as_=here, session_id=other_of(call, theirs))
        absent = call(app, as_=here, session_id=new_id())

        assert (stranger.status, stranger.code) == (absent.status, absent.code) == (404, "session_not_found")

    def test_ends_once(self, call: Call) -> None:
        here, _ = two_sessions()
        other = other_of(call, here)
        call(app, as_=here, session_id=other)

        assert call(app, as_=here, session_id=other).code == "session_not_found"
