"""GET /users/me/consents: what the caller agreed to and when, what is in force, what his door requires."""

from sqlalchemy.orm import Session

from functions.users.me_consents_list.schemas import ConsentsView
from shared.access import rights
from shared.http.caller import Principal
from shared.http.function import HttpFunction
from shared.users import consent_history

app = HttpFunction(__name__)


@app.endpoint("GET", "/users/me/consents", access=rights.OWN_ACCOUNT, open_to_incomplete=True)
def list_consents(caller: Principal, session: Session) -> ConsentsView:
    return ConsentsView.of(consent_history.overview(session, user_id=caller.user_id, role=caller.role))
