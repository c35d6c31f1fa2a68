"""GET /users/{user_id}: a colleague by name; for the platform's staff, which is written down, all but the passport."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from functions.users.read.schemas import UserView
from shared.access import rights
from shared.auth import directory
from shared.auth.directory import Finder
from shared.http.caller import Principal
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction

app = HttpFunction(__name__)


@app.endpoint("GET", "/users/{user_id}", access=rights.USERS_READ, writes=True)
def read_user(
    user_id: UUID, caller: Principal, session: Session, facts: RequestFacts, now: datetime
) -> UserView:
    finder = Finder(caller.user_id, caller.reach, caller.organization_id, caller.actor(facts))
    return UserView.of(directory.read(session, user_id=user_id, finder=finder, now=now))
