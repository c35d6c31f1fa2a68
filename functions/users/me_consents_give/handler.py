"""POST /users/me/consents: the caller gives consents; with the required ones his account is active."""

from datetime import datetime

from sqlalchemy.orm import Session

from functions.users.me_consents_give.schemas import GiveConsentsRequest
from shared.access import rights
from shared.auth import me
from shared.http.caller import Principal
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.http.me_view import MeView

app = HttpFunction(__name__)


@app.endpoint("POST", "/users/me/consents", access=rights.OWN_ACCOUNT, open_to_incomplete=True)
def give_consents(
    body: GiveConsentsRequest, caller: Principal, session: Session, facts: RequestFacts, now: datetime
) -> MeView:
    given = me.give_consents(
        session,
        user_id=caller.user_id,
        kinds=body.consents.keys(),
        ip=facts.ip,
        user_agent=facts.user_agent,
        now=now,
    )
    return MeView.of(given, caller.role)
