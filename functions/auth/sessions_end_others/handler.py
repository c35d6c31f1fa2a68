"""DELETE /auth/sessions: every session of the caller ends but the one that asks."""

from datetime import datetime

from sqlalchemy.orm import Session

from functions.auth.sessions_end_others.schemas import EndedView
from shared.access import rights
from shared.auth import own_sessions
from shared.http.caller import Principal
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction

app = HttpFunction(__name__)


@app.endpoint(
    "DELETE",
    "/auth/sessions",
    access=rights.OWN_SESSIONS,
    open_to_incomplete=True,
    open_to_blocked=True,
)
def end_other_sessions(caller: Principal, session: Session, facts: RequestFacts, now: datetime) -> EndedView:
    ended = own_sessions.end_others(
        session,
        user_id=caller.user_id,
        current=caller.session_id,
        actor=caller.actor(facts),
        now=now,
    )
    return EndedView(ended=ended)
