"""PATCH /organizations/{organization_id}: its admin changes its card."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from functions.organizations.update.schemas import UpdateOrganizationRequest
from shared.access import rights
from shared.http.caller import Principal, act_for
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.http.organization_view import OrganizationView
from shared.organizations import changing

app = HttpFunction(__name__)


@app.endpoint(
    "PATCH", "/organizations/{organization_id}", access=rights.ORGANIZATIONS_CHANGE, open_to_pending=True
)
def update_organization(
    organization_id: UUID,
    body: UpdateOrganizationRequest,
    caller: Principal,
    session: Session,
    facts: RequestFacts,
    now: datetime,
) -> OrganizationView:
    return OrganizationView.of(
        changing.change(
            session,
            organization_id=act_for(caller, organization_id),
            changes=body.changes(),
            actor=caller.actor(facts),
            now=now,
        )
    )
