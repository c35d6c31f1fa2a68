"""GET /legal/documents/{name}: the text of a consent or of the agreement on signatures, in any version there was."""

from functions.legal.documents_read.schemas import LegalDocumentView, VersionQuery
from shared.http.caller import PUBLIC
from shared.http.function import HttpFunction
from shared.users import legal_texts

app = HttpFunction(__name__)


@app.endpoint("GET", "/legal/documents/{name}", access=PUBLIC)
def read_document(name: str, query: VersionQuery) -> LegalDocumentView:
    return LegalDocumentView.of(name, legal_texts.read(name, query.version))
