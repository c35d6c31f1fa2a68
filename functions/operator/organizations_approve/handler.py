"""POST /operator/organizations/{organization_id}/approve: a pending organization may work."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

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
    "/operator/organizations/{organization_id}/approve",
    access=rights.ORGANIZATIONS_JUDGE,
    announces={Topic.JOBS: jobs.queue},
)
def approve_organization(
    organization_id: UUID,
    caller: Principal,
    session: Session,
    facts: RequestFacts,
    now: datetime,
) -> OrganizationView:
    return OrganizationView.of(
        judging.approve(
            session,
            organization_id=organization_id,
            actor=caller.actor(facts),
            now=now,
        )
    )
