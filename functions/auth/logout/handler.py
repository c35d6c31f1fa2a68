"""POST /auth/logout: the caller's session ends at once."""

from datetime import datetime
from http import HTTPStatus

from sqlalchemy.orm import Session

from shared.access import rights
from shared.auth import session_ending
from shared.http import cookies
from shared.http.caller import Principal
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.http.reply import NoContent, Reply

app = HttpFunction(__name__)


@app.endpoint(
    "POST",
    "/auth/logout",
    access=rights.OWN_SESSIONS,
    status=HTTPStatus.NO_CONTENT,
    repeats="none",
    open_to_incomplete=True,
    open_to_blocked=True,
)
def log_out(caller: Principal, session: Session, facts: RequestFacts, now: datetime) -> NoContent:
    session_ending.revoke(
        session, session_id=caller.session_id, reason="logout", actor=caller.actor(facts), now=now
    )
    return Reply(None, headers={"Set-Cookie": cookies.cleared()})
