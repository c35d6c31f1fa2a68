"""POST /auth/refresh: new tokens for a refresh token, which is used up; it comes in the body, or in its cookie."""

from datetime import datetime
from typing import Annotated

from sqlalchemy.orm import Session

from functions.auth.refresh.schemas import RefreshRequest
from shared.auth import sessions
from shared.http.caller import PUBLIC
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.http.limits import Limit
from shared.http.reply import Reply
from shared.http.token_view import SignedInView, signed_in

app = HttpFunction(__name__)


@app.endpoint("POST", "/auth/refresh", access=PUBLIC, limit=Limit("peer", 600, 60))
def refresh(
    body: RefreshRequest, refresh_cookie: str | None, session: Session, facts: RequestFacts, now: datetime
) -> Annotated[Reply, SignedInView]:
    token = body.refresh_token or refresh_cookie or ""
    pair = sessions.refresh(session, token=token, ip=facts.ip, user_agent=facts.user_agent, now=now)
    by_cookie = body.refresh_token is None
    return signed_in(pair, facts._replace(wants_cookies=by_cookie))
