"""POST /organizations/{organization_id}/subcontracts/{subcontract_id}/end: the agency ends an agent's contract."""

from datetime import datetime
from http import HTTPStatus
from uuid import UUID

from sqlalchemy.orm import Session

from shared.access import rights
from shared.http.caller import Principal, act_for
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.organizations import subcontracts

app = HttpFunction(__name__)


@app.endpoint(
    "POST",
    "/organizations/{organization_id}/subcontracts/{subcontract_id}/end",
    access=rights.SUBCONTRACTS_END,
    status=HTTPStatus.NO_CONTENT,
)
def end_subcontract(
    organization_id: UUID,
    subcontract_id: UUID,
    caller: Principal,
    session: Session,
    facts: RequestFacts,
    now: datetime,
) -> None:
    subcontracts.end(
        session,
        organization_id=act_for(caller, organization_id),
        subcontract_id=subcontract_id,
        actor=caller.actor(facts),
        now=now,
    )
