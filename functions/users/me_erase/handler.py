"""DELETE /users/me: the caller's data are destroyed for ever; the answer names what the law holds, and until when."""

from datetime import datetime

from sqlalchemy.orm import Session

from functions.users.me_erase.schemas import EraseMeQuery, ErasureView
from shared.access import rights
from shared.http.caller import Principal
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.http.limits import Limit
from shared.privacy import erasure

app = HttpFunction(__name__)


@app.endpoint(
    "DELETE",
    "/users/me",
    access=rights.OWN_ERASURE,
    open_to_incomplete=True,
    open_to_blocked=True,
    open_to_pending=True,
    limit=Limit("erasures", 10, per_seconds=3_600),
)
def erase_me(
    query: EraseMeQuery,  # noqa: ARG001 -- its word is the consent
    caller: Principal,
    session: Session,
    facts: RequestFacts,
    now: datetime,
) -> ErasureView:
    return ErasureView.of(
        erasure.erase_oneself(
            session,
            user_id=caller.user_id,
            session_id=caller.session_id,
            actor=caller.actor(facts),
            now=now,
        )
    )
