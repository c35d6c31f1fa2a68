"""POST /documents/{document_id}/sign: a party signs by the code that came to his phone."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from functions.documents.sign.schemas import SignRequest
from shared.access import rights
from shared.adapters.queue import jobs, render
from shared.http.caller import Principal
from shared.http.deal_view import viewer
from shared.http.document_view import DocumentView
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.outbox.models import Topic
from shared.signatures import signing

app = HttpFunction(__name__)


@app.endpoint(
    "POST",
    "/documents/{document_id}/sign",
    access=rights.DOCUMENTS_SIGN,
    repeats="required",
    announces={Topic.RENDER: render.queue, Topic.JOBS: jobs.queue},
)
def sign_document(
    document_id: UUID,
    body: SignRequest,
    caller: Principal,
    session: Session,
    facts: RequestFacts,
    now: datetime,
) -> DocumentView:
    signed = signing.sign(
        session,
        document_id=document_id,
        viewer=viewer(caller),
        code=body.code,
        actor=caller.actor(facts),
        now=now,
    )
    return DocumentView.of(signed)
