"""POST /organizations/{organization_id}/members: its admin asks a known person to join; he joins once he accepts."""

from datetime import datetime
from http import HTTPStatus
from uuid import UUID

from sqlalchemy.orm import Session

from functions.organizations.members_add.schemas import AddMemberRequest
from shared.access import rights
from shared.adapters.queue import jobs
from shared.http.caller import Principal, act_for
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.http.invitation_view import InvitationView
from shared.organizations import invitation_reading, invitations
from shared.outbox.models import Topic

app = HttpFunction(__name__)


@app.endpoint(
    "POST",
    "/organizations/{organization_id}/members",
    access=rights.MEMBERS_CHANGE,
    status=HTTPStatus.CREATED,
    announces={Topic.JOBS: jobs.queue},
)
def add_member(
    organization_id: UUID,
    body: AddMemberRequest,
    caller: Principal,
    session: Session,
    facts: RequestFacts,
    now: datetime,
) -> InvitationView:
    invitation = invitations.invite_user(
        session,
        organization_id=act_for(caller, organization_id),
        user_id=body.user_id,
        member_role=body.member_role,
        terms=body.terms(),
        actor=caller.actor(facts),
        now=now,
    )
    return InvitationView.of(invitation_reading.line(session, invitation))
