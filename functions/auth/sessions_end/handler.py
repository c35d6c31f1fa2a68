"""DELETE /auth/sessions/{session_id}: one of the caller's sessions ends at once, wherever it is."""

from datetime import datetime
from http import HTTPStatus
from uuid import UUID

from sqlalchemy.orm import Session

from shared.access import rights
from shared.auth import own_sessions
from shared.http.caller import Principal
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction

app = HttpFunction(__name__)


@app.endpoint(
    "DELETE",
    "/auth/sessions/{session_id}",
    access=rights.OWN_SESSIONS,
    status=HTTPStatus.NO_CONTENT,
    open_to_incomplete=True,
    open_to_blocked=True,
)
def end_session(
    session_id: UUID, caller: Principal, session: Session, facts: RequestFacts, now: datetime
) -> None:
    own_sessions.end_one(
        session, user_id=caller.user_id, session_id=session_id, actor=caller.actor(facts), now=now
    )
