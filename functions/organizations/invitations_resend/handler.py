"""POST /organizations/{organization_id}/invitations/{invitation_id}/resend: a new link goes out, the former is dead."""

from datetime import datetime
from http import HTTPStatus
from uuid import UUID

from sqlalchemy.orm import Session

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
    "/organizations/{organization_id}/invitations/{invitation_id}/resend",
    access=rights.MEMBERS_CHANGE,
    status=HTTPStatus.ACCEPTED,
    announces={Topic.JOBS: jobs.queue},
)
def resend_invitation(
    organization_id: UUID,
    invitation_id: UUID,
    caller: Principal,
    session: Session,
    facts: RequestFacts,
    now: datetime,
) -> InvitationView:
    invitation = invitations.resend(
        session,
        organization_id=act_for(caller, organization_id),
        invitation_id=invitation_id,
        actor=caller.actor(facts),
        now=now,
    )
    return InvitationView.of(invitation_reading.line(session, invitation))
