"""PUT /operator/organizations/{organization_id}/terminal: which terminal collects for an organization."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from functions.operator.organizations_terminal.schemas import AssignTerminalRequest
from shared.access import rights
from shared.http.caller import Principal
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.http.organization_view import OrganizationView
from shared.organizations import collecting

app = HttpFunction(__name__)


@app.endpoint(
    "PUT",
    "/operator/organizations/{organization_id}/terminal",
    access=rights.TERMINALS_ASSIGN,
)
def assign_terminal(
    organization_id: UUID,
    body: AssignTerminalRequest,
    caller: Principal,
    session: Session,
    facts: RequestFacts,
    now: datetime,
) -> OrganizationView:
    return OrganizationView.of(
        collecting.assign_terminal(
            session,
            organization_id=organization_id,
            terminal=body.terminal,
            actor=caller.actor(facts),
            now=now,
        )
    )
