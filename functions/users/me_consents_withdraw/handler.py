"""DELETE /users/me/consents/{kind}: the caller withdraws a consent and is told what follows."""

from datetime import datetime

from sqlalchemy.orm import Session

from functions.users.me_consents_withdraw.schemas import ConsentWithdrawnView
from shared.access import rights
from shared.http.caller import Principal
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.users import consents

app = HttpFunction(__name__)


@app.endpoint(
    "DELETE",
    "/users/me/consents/{kind}",
    access=rights.OWN_ACCOUNT,
    open_to_incomplete=True,
    open_to_blocked=True,
)
def withdraw_consent(
    kind: str, caller: Principal, session: Session, facts: RequestFacts, now: datetime
) -> ConsentWithdrawnView:
    return ConsentWithdrawnView.of(
        consents.withdraw(session, user_id=caller.user_id, kind=kind, actor=caller.actor(facts), now=now)
    )
