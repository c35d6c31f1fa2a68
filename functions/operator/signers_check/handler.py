"""POST /operator/organizations/{organization_id}/signers/{user_id}/check: an operator has seen the signer's basis."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from shared.access import rights
from shared.http.caller import Principal
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.http.member_view import MemberView
from shared.organizations import judging

app = HttpFunction(__name__)


@app.endpoint(
    "POST",
    "/operator/organizations/{organization_id}/signers/{user_id}/check",
    access=rights.ORGANIZATIONS_JUDGE,
)
def check_signer(
    organization_id: UUID,
    user_id: UUID,
    caller: Principal,
    session: Session,
    facts: RequestFacts,
    now: datetime,
) -> MemberView:
    return MemberView.of(
        judging.check_signer(
            session,
            organization_id=organization_id,
            user_id=user_id,
            actor=caller.actor(facts),
            now=now,
        )
    )
