"""POST /deals: an agent opens a deal as a draft."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from sqlalchemy.orm import Session

from functions.deals.create.schemas import CreateDealRequest
from shared.access import rights
from shared.deals import opening, views
from shared.http.caller import Principal
from shared.http.deal_view import DealView, with_etag
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.http.reply import Reply

app = HttpFunction(__name__)


@app.endpoint("POST", "/deals", access=rights.DEALS_CREATE, status=HTTPStatus.CREATED)
def create_deal(
    body: CreateDealRequest, caller: Principal, session: Session, facts: RequestFacts, now: datetime
) -> Annotated[Reply, DealView]:
    deal = opening.open_deal(
        session,
        agent_id=caller.user_id,
        executor_kind=body.executor,
        organization_id=caller.organization_id,
        terms=body.terms(),
        client=body.client.facts(),
        actor=caller.actor(facts),
        now=now,
    )
    return with_etag(views.facts_of(session, deal))
