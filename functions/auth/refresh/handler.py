"""POST /auth/refresh: new tokens for a refresh token, which is used up."""

from datetime import datetime

from sqlalchemy.orm import Session

from functions.auth.refresh.schemas import RefreshRequest
from shared.auth import sessions
from shared.http.caller import PUBLIC
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.http.token_view import TokenView

app = HttpFunction(__name__)


@app.endpoint("POST", "/auth/refresh", access=PUBLIC)
def refresh(body: RefreshRequest, session: Session, facts: RequestFacts, now: datetime) -> TokenView:
    return TokenView.of(
        sessions.refresh(session, token=body.refresh_token, ip=facts.ip, user_agent=facts.user_agent, now=now)
    )
