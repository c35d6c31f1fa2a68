"""GET /users/search: the person who proved this very phone or address, for agencies' admins and the platform's staff."""

from datetime import datetime

from sqlalchemy.orm import Session

from functions.users.search.schemas import FoundUsersView, FoundUserView, SearchUsersQuery
from shared.access import rights
from shared.auth import directory
from shared.auth.directory import Finder
from shared.http.caller import Principal
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.http.limits import Limit

app = HttpFunction(__name__)


@app.endpoint(
    "GET",
    "/users/search",
    access=rights.USERS_SEARCH,
    open_to_blocked=False,
    open_to_pending=False,
    limit=Limit("searches", 30, per_seconds=3_600),
    writes=True,
)
def search_users(
    query: SearchUsersQuery, caller: Principal, session: Session, facts: RequestFacts, now: datetime
) -> FoundUsersView:
    finder = Finder(caller.user_id, caller.reach, caller.organization_id, caller.actor(facts))
    found = directory.search(session, phone=query.phone, email=query.email, finder=finder, now=now)
    return FoundUsersView(items=[FoundUserView.of(each) for each in found])
