"""PATCH /organizations/{organization_id}/members/{user_id}: a member's roles, share or basis."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from functions.organizations.members_update.schemas import UpdateMemberRequest
from shared.access import rights
from shared.http.caller import Principal, act_for
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.http.member_view import MemberView
from shared.organizations import members

app = HttpFunction(__name__)


@app.endpoint("PATCH", "/organizations/{organization_id}/members/{user_id}", access=rights.MEMBERS_CHANGE)
def update_member(
    organization_id: UUID,
    user_id: UUID,
    body: UpdateMemberRequest,
    caller: Principal,
    session: Session,
    facts: RequestFacts,
    now: datetime,
) -> MemberView:
    return MemberView.of(
        members.change(
            session,
            organization_id=act_for(caller, organization_id),
            user_id=user_id,
            changes=body.changes(),
            actor=caller.actor(facts),
            now=now,
        )
    )
