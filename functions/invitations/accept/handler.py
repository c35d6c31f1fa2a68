"""POST /invitations/{token}/accept: the person whose proved phone or e-mail is the invited one joins."""

from datetime import datetime

from sqlalchemy.orm import Session

from functions.invitations.accept.schemas import JoinedView
from shared.access import rights
from shared.http.caller import Principal
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.http.limits import Limit
from shared.organizations import invitation_answers

app = HttpFunction(__name__)


@app.endpoint(
    "POST",
    "/invitations/{token}/accept",
    access=rights.INVITATION_DECIDE,
    open_to_pending=True,
    limit=Limit("invitations", 30, per_seconds=3_600),
)
def accept_invitation(
    token: str, caller: Principal, session: Session, facts: RequestFacts, now: datetime
) -> JoinedView:
    return JoinedView.of(
        invitation_answers.accept(
            session, token=token, user_id=caller.user_id, actor=caller.actor(facts), now=now
        )
    )
