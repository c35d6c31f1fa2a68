"""POST /documents/deals/{deal_id}/generate: the deal's contract, made anew if its making failed."""

from datetime import datetime
from http import HTTPStatus
from uuid import UUID

from sqlalchemy.orm import Session

from shared.access import rights
from shared.adapters.queue import render
from shared.documents import contracts
from shared.http.caller import Principal
from shared.http.deal_view import viewer
from shared.http.document_view import DocumentView
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.outbox.models import Topic

app = HttpFunction(__name__)


@app.endpoint(
    "POST",
    "/documents/deals/{deal_id}/generate",
    access=rights.DOCUMENTS_GENERATE,
    status=HTTPStatus.ACCEPTED,
    announces={Topic.RENDER: render.queue},
)
def generate_contract(
    deal_id: UUID, caller: Principal, session: Session, facts: RequestFacts, now: datetime
) -> DocumentView:
    found = contracts.contract_of(
        session, deal_id=deal_id, viewer=viewer(caller), actor=caller.actor(facts), now=now
    )
    return DocumentView.of(found)
