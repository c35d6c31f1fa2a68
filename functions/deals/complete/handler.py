"""POST /deals/{deal_id}/complete: the services are rendered, and their act is made."""

from datetime import datetime
from http import HTTPStatus
from uuid import UUID

from sqlalchemy.orm import Session

from shared.access import rights
from shared.adapters.queue import render
from shared.documents import acts
from shared.http.caller import Principal
from shared.http.deal_view import viewer
from shared.http.document_view import DocumentView
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.outbox.models import Topic
from shared.payments import remains

app = HttpFunction(__name__)


@app.endpoint(
    "POST",
    "/deals/{deal_id}/complete",
    access=rights.DEALS_COMPLETE,
    status=HTTPStatus.ACCEPTED,
    repeats="required",
    announces={Topic.RENDER: render.queue},
)
def complete_deal(
    deal_id: UUID, caller: Principal, session: Session, facts: RequestFacts, now: datetime
) -> DocumentView:
    act = acts.complete_deal(
        session,
        deal_id=deal_id,
        viewer=viewer(caller),
        worth=remains.of_steps,
        actor=caller.actor(facts),
        now=now,
    )
    return DocumentView.of(act)
