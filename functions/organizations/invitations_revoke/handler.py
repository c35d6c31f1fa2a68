"""DELETE /organizations/{organization_id}/invitations/{invitation_id}: its link is dead from now on."""

from datetime import datetime
from http import HTTPStatus
from uuid import UUID

from sqlalchemy.orm import Session

from shared.access import rights
from shared.http.caller import Principal, act_for
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.organizations import invitations

app = HttpFunction(__name__)


@app.endpoint(
    "DELETE",
    "/organizations/{organization_id}/invitations/{invitation_id}",
    access=rights.MEMBERS_CHANGE,
    status=HTTPStatus.NO_CONTENT,
)
def revoke_invitation(
    organization_id: UUID,
    invitation_id: UUID,
    caller: Principal,
    session: Session,
    facts: RequestFacts,
    now: datetime,
) -> None:
    invitations.revoke(
        session,
        organization_id=act_for(caller, organization_id),
        invitation_id=invitation_id,
        actor=caller.actor(facts),
        now=now,
    )
