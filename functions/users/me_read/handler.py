"""GET /users/me: the caller himself, whatever state his account is in."""

from sqlalchemy.orm import Session

from shared.access import rights
from shared.auth import me
from shared.http.caller import Principal
from shared.http.function import HttpFunction
from shared.http.me_view import MeView

app = HttpFunction(__name__)


@app.endpoint("GET", "/users/me", access=rights.OWN_ACCOUNT, open_to_incomplete=True)
def read_me(caller: Principal, session: Session) -> MeView:
    return MeView.of(me.read(session, user_id=caller.user_id), caller.role)
