"""POST /operator/organizations/{organization_id}/block: an organization only reads, and opens nothing new."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from functions.operator.organizations_block.schemas import BlockOrganizationRequest
from shared.access import rights
from shared.http.caller import Principal
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.http.organization_view import OrganizationView
from shared.organizations import judging

app = HttpFunction(__name__)


@app.endpoint(
    "POST",
    "/operator/organizations/{organization_id}/block",
    access=rights.ORGANIZATIONS_JUDGE,
)
def block_organization(
    organization_id: UUID,
    body: BlockOrganizationRequest,
    caller: Principal,
    session: Session,
    facts: RequestFacts,
    now: datetime,
) -> OrganizationView:
    return OrganizationView.of(
        judging.block(
            session,
            organization_id=organization_id,
            reason=body.reason,
            actor=caller.actor(facts),
            now=now,
        )
    )
