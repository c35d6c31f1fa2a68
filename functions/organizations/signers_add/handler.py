"""POST /organizations/{organization_id}/signers: a member is to sign for it, once an operator has checked his basis."""

from datetime import datetime
from http import HTTPStatus
from uuid import UUID

from sqlalchemy.orm import Session

from functions.organizations.signers_add.schemas import AppointSignerRequest
from shared.access import rights
from shared.http.caller import Principal, act_for
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.http.member_view import MemberView
from shared.organizations import members

app = HttpFunction(__name__)


@app.endpoint(
    "POST",
    "/organizations/{organization_id}/signers",
    access=rights.MEMBERS_CHANGE,
    status=HTTPStatus.CREATED,
)
def appoint_signer(
    organization_id: UUID,
    body: AppointSignerRequest,
    caller: Principal,
    session: Session,
    facts: RequestFacts,
    now: datetime,
) -> MemberView:
    return MemberView.of(
        members.appoint_signer(
            session,
            organization_id=act_for(caller, organization_id),
            user_id=body.user_id,
            authority=body.authority.authority(),
            actor=caller.actor(facts),
            now=now,
        )
    )
