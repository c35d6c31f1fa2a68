"""PATCH /users/me: the caller changes his profile."""

from datetime import datetime

from sqlalchemy.orm import Session

from functions.users.me_update.schemas import UpdateMeRequest
from shared.access import rights
from shared.auth import me
from shared.http.caller import Principal
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.http.me_view import MeView

app = HttpFunction(__name__)


@app.endpoint("PATCH", "/users/me", access=rights.OWN_ACCOUNT, open_to_incomplete=True)
def update_me(
    body: UpdateMeRequest, caller: Principal, session: Session, facts: RequestFacts, now: datetime
) -> MeView:
    changed = me.update(
        session, user_id=caller.user_id, changes=body.changes(), actor=caller.actor(facts), now=now
    )
    return MeView.of(changed, caller.role)
