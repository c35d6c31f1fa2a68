from datetime import datetime, timedelta

from functions.auth.refresh.handler import app
from functions.users.me_read.handler import app as me
from shared.auth import sessions
from shared.auth.sessions import TokenPair
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.kernel.roles import Role
from tests.builders import people
from tests.functions.conftest import Call, Signed


def signed_in(now: datetime) -> TokenPair:
    with transaction() as session:
        agent = people.an_agent(session, now)
        return sessions.open_session(session, user_id=agent.id, role=Role.AGENT, now=now, **people.PEER)


class TestRefreshing:
    def test_gives_new_tokens_that_work(self, call: Call) -> None:
        pair = signed_in(utc_now())

        reply = call(app, body={"refresh_token": pair.refresh_token})

        assert reply.status == 200, reply.text
        assert reply.json["refresh_token"] != pair.refresh_token
        assert call(me, as_=Signed(reply.json["access_token"])).status == 200

    def test_of_a_token_used_long_ago_ends_the_session(self, call: Call) -> None:
        long_ago = utc_now() - timedelta(minutes=5)
        pair = signed_in(long_ago)
        with transaction() as session:
            living = sessions.refresh(session, token=pair.refresh_token, now=long_ago, **people.PEER)

        stolen = call(app, body={"refresh_token": pair.refresh_token})

        assert (stolen.status, stolen.code) == (401, "refresh_refused")
        assert call(app, body={"refresh_token": living.refresh_token}).status == 401
        assert call(me, as_=Signed(living.access_token)).status == 401

    def test_takes_no_access_token(self, call: Call) -> None:
        pair = signed_in(utc_now())

        assert call(app, body={"refresh_token": pair.access_token[:200]}).code == "refresh_refused"

    def test_token_opens_no_door(self, call: Call) -> None:
        pair = signed_in(utc_now())

        assert call(me, as_=Signed(pair.refresh_token)).status == 401

    def test_of_an_invented_token_is_refused(self, call: Call) -> None:
        assert call(app, body={"refresh_token": "x" * 43}).code == "refresh_refused"
