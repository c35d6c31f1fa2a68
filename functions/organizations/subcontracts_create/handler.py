"""POST /organizations/{organization_id}/subcontracts: an agency offers an agent its service contract."""

from datetime import datetime
from http import HTTPStatus
from uuid import UUID

from sqlalchemy.orm import Session

from functions.organizations.subcontracts_create.schemas import OfferSubcontractRequest, SubcontractView
from shared.access import rights
from shared.adapters.queue import render
from shared.documents import contracts
from shared.http.caller import Principal, act_for
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.outbox.models import Topic

app = HttpFunction(__name__)


@app.endpoint(
    "POST",
    "/organizations/{organization_id}/subcontracts",
    access=rights.SUBCONTRACTS_CREATE,
    status=HTTPStatus.ACCEPTED,
    announces={Topic.RENDER: render.queue},
)
def offer_subcontract(
    organization_id: UUID,
    body: OfferSubcontractRequest,
    caller: Principal,
    session: Session,
    facts: RequestFacts,
    now: datetime,
) -> SubcontractView:
    subcontract, document = contracts.open_subcontract(
        session,
        organization_id=act_for(caller, organization_id),
        agent_phone=body.agent_phone,
        share_bps=body.share_bps,
        created_by=caller.user_id,
        actor=caller.actor(facts),
        now=now,
    )
    return SubcontractView.of(subcontract, document)
