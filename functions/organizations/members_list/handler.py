"""GET /organizations/{organization_id}/members: who belongs to it, and who is invited."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from functions.organizations.members_list.schemas import MemberPage
from shared.access import rights
from shared.http.caller import Principal, act_for
from shared.http.function import HttpFunction
from shared.http.member_view import MemberView
from shared.http.pagination import PageQuery
from shared.organizations import member_views

app = HttpFunction(__name__)


@app.endpoint("GET", "/organizations/{organization_id}/members", access=rights.MEMBERS_READ)
def list_members(
    organization_id: UUID, query: PageQuery, caller: Principal, session: Session, now: datetime
) -> MemberPage:
    lines, total = member_views.page_of(
        session, act_for(caller, organization_id), offset=query.offset, limit=query.size, now=now
    )
    return MemberPage(
        items=[MemberView.of(line) for line in lines], total=total, page=query.page, size=query.size
    )
