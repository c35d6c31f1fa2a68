"""DELETE /organizations/{organization_id}/members/{user_id}: a person leaves; what he was stays in the history."""

from datetime import datetime
from http import HTTPStatus
from uuid import UUID

from sqlalchemy.orm import Session

from shared.access import rights
from shared.http.caller import Principal, act_for
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.organizations import members

app = HttpFunction(__name__)


@app.endpoint(
    "DELETE",
    "/organizations/{organization_id}/members/{user_id}",
    access=rights.MEMBERS_CHANGE,
    status=HTTPStatus.NO_CONTENT,
)
def remove_member(
    organization_id: UUID,
    user_id: UUID,
    caller: Principal,
    session: Session,
    facts: RequestFacts,
    now: datetime,
) -> None:
    members.remove(
        session,
        organization_id=act_for(caller, organization_id),
        user_id=user_id,
        actor=caller.actor(facts),
        now=now,
    )
