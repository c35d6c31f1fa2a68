"""POST /users/me/npd/binding: a self-employed agent lets the platform register his income."""

from datetime import datetime
from http import HTTPStatus

from sqlalchemy.orm import Session

from functions.users.me_npd_bind.schemas import BindingView
from shared.access import rights
from shared.http.caller import Principal
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.receipts import binding

app = HttpFunction(__name__)


@app.endpoint("POST", "/users/me/npd/binding", access=rights.OWN_TAX_STATUS, status=HTTPStatus.ACCEPTED)
def bind_npd(caller: Principal, session: Session, facts: RequestFacts, now: datetime) -> BindingView:
    found = binding.request_binding(session, user_id=caller.user_id, actor=caller.actor(facts), now=now)
    return BindingView.of(found)
