"""GET /legal/documents: the texts in force that a person may be asked to accept."""

from functions.legal.documents_list.schemas import LegalDocumentLine, LegalDocumentsView
from shared.http.caller import PUBLIC
from shared.http.function import HttpFunction
from shared.users import legal_texts

app = HttpFunction(__name__)


@app.endpoint("GET", "/legal/documents", access=PUBLIC)
def list_documents() -> LegalDocumentsView:
    return LegalDocumentsView(
        items=[LegalDocumentLine.of(name, document) for name, document in legal_texts.in_force()]
    )
