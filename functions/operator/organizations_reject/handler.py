"""POST /operator/organizations/{organization_id}/reject: a pending organization stays out, and is told why."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from functions.operator.organizations_reject.schemas import RejectOrganizationRequest
from shared.access import rights
from shared.adapters.queue import jobs
from shared.http.caller import Principal
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.http.organization_view import OrganizationView
from shared.organizations import judging
from shared.outbox.models import Topic

app = HttpFunction(__name__)


@app.endpoint(
    "POST",
    "/operator/organizations/{organization_id}/reject",
    access=rights.ORGANIZATIONS_JUDGE,
    announces={Topic.JOBS: jobs.queue},
)
def reject_organization(
    organization_id: UUID,
    body: RejectOrganizationRequest,
    caller: Principal,
    session: Session,
    facts: RequestFacts,
    now: datetime,
) -> OrganizationView:
    return OrganizationView.of(
        judging.reject(
            session,
            organization_id=organization_id,
            reason=body.reason,
            actor=caller.actor(facts),
            now=now,
        )
    )
