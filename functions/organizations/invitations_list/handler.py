"""GET /organizations/{organization_id}/invitations: whom it has invited, newest first."""

from uuid import UUID

from sqlalchemy.orm import Session

from functions.organizations.invitations_list.schemas import InvitationPage, ListInvitationsQuery
from shared.access import rights
from shared.http.caller import Principal, act_for
from shared.http.function import HttpFunction
from shared.http.invitation_view import InvitationView
from shared.organizations import invitation_reading

app = HttpFunction(__name__)


@app.endpoint("GET", "/organizations/{organization_id}/invitations", access=rights.MEMBERS_READ)
def list_invitations(
    organization_id: UUID, query: ListInvitationsQuery, caller: Principal, session: Session
) -> InvitationPage:
    lines, total = invitation_reading.page_of(
        session,
        organization_id=act_for(caller, organization_id),
        status=query.status,
        offset=query.offset,
        limit=query.size,
    )
    return InvitationPage(
        items=[InvitationView.of(line) for line in lines], total=total, page=query.page, size=query.size
    )
