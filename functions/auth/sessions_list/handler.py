"""GET /auth/sessions: where the caller is signed in."""

from datetime import datetime

from sqlalchemy.orm import Session

from functions.auth.sessions_list.schemas import SessionPage, SessionView
from shared.access import rights
from shared.auth import own_sessions
from shared.http.caller import Principal
from shared.http.function import HttpFunction
from shared.http.pagination import PageQuery

app = HttpFunction(__name__)


@app.endpoint("GET", "/auth/sessions", access=rights.OWN_SESSIONS, open_to_incomplete=True)
def list_sessions(query: PageQuery, caller: Principal, session: Session, now: datetime) -> SessionPage:
    rows, total = own_sessions.page_of(
        session, user_id=caller.user_id, offset=query.offset, limit=query.size, now=now
    )
    return SessionPage(
        items=[SessionView.of(row, current=caller.session_id) for row in rows],
        total=total,
        page=query.page,
        size=query.size,
    )
