"""POST /invitations/{token}/decline: whoever has the link says no, signed in or not."""

from datetime import datetime
from http import HTTPStatus

from sqlalchemy.orm import Session

from shared.http.caller import PUBLIC
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.organizations import invitation_answers

app = HttpFunction(__name__)


@app.endpoint("POST", "/invitations/{token}/decline", access=PUBLIC, status=HTTPStatus.NO_CONTENT)
def decline_invitation(token: str, session: Session, facts: RequestFacts, now: datetime) -> None:
    invitation_answers.decline(session, token=token, ip=facts.ip, user_agent=facts.user_agent, now=now)
