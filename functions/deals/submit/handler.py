"""POST /deals/{deal_id}/submit: the terms are frozen and the contract is made."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from sqlalchemy.orm import Session

from shared.access import rights
from shared.adapters.queue import render
from shared.deals import views
from shared.documents import contracts
from shared.http.caller import Principal
from shared.http.deal_view import DealView, viewer, with_etag
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.http.reply import Reply, revision_of
from shared.outbox.models import Topic

app = HttpFunction(__name__)


@app.endpoint(
    "POST", "/deals/{deal_id}/submit", access=rights.DEALS_SUBMIT, announces={Topic.RENDER: render.queue}
)
def submit_deal(
    deal_id: UUID,
    caller: Principal,
    session: Session,
    if_match: str | None,
    facts: RequestFacts,
    now: datetime,
) -> Annotated[Reply, DealView]:
    deal = contracts.submit_deal(
        session,
        deal_id=deal_id,
        viewer=viewer(caller),
        revision=revision_of(if_match),
        actor=caller.actor(facts),
        now=now,
    )
    return with_etag(views.facts_of(session, deal))
