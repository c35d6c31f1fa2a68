"""GET /documents/{document_id}/download: a short-lived link to the file; that it was opened is written down."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from shared.access import rights
from shared.adapters.storage import presign
from shared.documents import reading
from shared.http.caller import Principal
from shared.http.deal_view import viewer
from shared.http.function import HttpFunction
from shared.http.reply import Redirect

_LINK_SECONDS: Final = 60

app = HttpFunction(__name__)


@app.endpoint("GET", "/documents/{document_id}/download", access=rights.DOCUMENTS_READ, writes=True)
def download_document(document_id: UUID, caller: Principal, session: Session, now: datetime) -> Redirect:
    file = reading.open_file(session, document_id, viewer(caller), now=now)
    return Redirect(
        presign.download_links().presign(file.key, filename=file.filename, expires_seconds=_LINK_SECONDS)
    )
