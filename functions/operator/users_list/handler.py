"""GET /operator/users: people and the states of their accounts; nothing personal but a masked name."""

from sqlalchemy.orm import Session

from functions.operator.users_list.schemas import ListUsersQuery, UserLine, UsersPage
from shared.access import rights
from shared.auth import directory
from shared.http.function import HttpFunction

app = HttpFunction(__name__)


@app.endpoint("GET", "/operator/users", access=rights.USERS_BLOCK)
def list_users(query: ListUsersQuery, session: Session) -> UsersPage:
    people, total = directory.page(session, status=query.status, offset=query.offset, limit=query.size)
    return UsersPage(
        items=[UserLine.of(each) for each in people], total=total, page=query.page, size=query.size
    )
