"""POST /deals/{deal_id}/dispute: a side disagrees, and the deal's money stands still."""

from datetime import datetime
from http import HTTPStatus
from uuid import UUID

from sqlalchemy.orm import Session

from functions.deals.dispute_open.schemas import OpenDisputeRequest
from shared.access import rights
from shared.disputes import opening, views
from shared.http.caller import Principal
from shared.http.deal_view import viewer
from shared.http.dispute_view import DisputeView
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction

app = HttpFunction(__name__)


@app.endpoint(
    "POST",
    "/deals/{deal_id}/dispute",
    access=rights.DISPUTES_OPEN,
    status=HTTPStatus.CREATED,
    repeats="required",
)
def open_dispute(
    deal_id: UUID,
    body: OpenDisputeRequest,
    caller: Principal,
    session: Session,
    facts: RequestFacts,
    now: datetime,
) -> DisputeView:
    dispute = opening.open_dispute(
        session,
        deal_id=deal_id,
        claim=body.claim(),
        viewer=viewer(caller),
        actor=caller.actor(facts),
        now=now,
    )
    return DisputeView.of(views.facts_of(session, dispute))
