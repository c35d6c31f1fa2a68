"""POST /operator/organizations/{organization_id}/unblock: a blocked organization works again."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from shared.access import rights
from shared.http.caller import Principal
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.http.organization_view import OrganizationView
from shared.organizations import judging

app = HttpFunction(__name__)


@app.endpoint(
    "POST",
    "/operator/organizations/{organization_id}/unblock",
    access=rights.ORGANIZATIONS_JUDGE,
)
def unblock_organization(
    organization_id: UUID,
    caller: Principal,
    session: Session,
    facts: RequestFacts,
    now: datetime,
) -> OrganizationView:
    return OrganizationView.of(
        judging.unblock(
            session,
            organization_id=organization_id,
            actor=caller.actor(facts),
            now=now,
        )
    )
