"""GET /users/me/npd: whether the platform may register the caller's income."""

from sqlalchemy.orm import Session

from functions.users.me_npd_read.schemas import BindingView
from shared.access import rights
from shared.http.caller import Principal
from shared.http.function import HttpFunction
from shared.receipts import binding

app = HttpFunction(__name__)


@app.endpoint("GET", "/users/me/npd", access=rights.OWN_TAX_STATUS)
def read_npd(caller: Principal, session: Session) -> BindingView:
    return BindingView.of(binding.binding_of(session, caller.user_id))
