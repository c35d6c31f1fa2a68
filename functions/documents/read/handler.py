"""GET /documents/{document_id}: a document's state, hashes and signers."""

from uuid import UUID

from sqlalchemy.orm import Session

from shared.access import rights
from shared.documents import reading
from shared.http.caller import Principal
from shared.http.deal_view import viewer
from shared.http.document_view import DocumentView
from shared.http.function import HttpFunction

app = HttpFunction(__name__)


@app.endpoint("GET", "/documents/{document_id}", access=rights.DOCUMENTS_READ)
def read_document(document_id: UUID, caller: Principal, session: Session) -> DocumentView:
    return DocumentView.of(reading.facts_of(session, document_id, viewer(caller)))
