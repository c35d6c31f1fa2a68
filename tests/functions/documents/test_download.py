from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy.orm import Session

from functions.documents.download.handler import app as download
from shared.documents import events
from shared.documents.models import Document, DocumentStatus
from tests.functions.conftest import Call
from tests.functions.documents.conftest import Desk


@pytest.fixture(autouse=True)
def bucket(monkeypatch: pytest.MonkeyPatch, no_queue: None) -> None:
    assert no_queue is None
    monkeypatch.setenv("S3_BUCKET_DOCUMENTS", "documents")


class TestDownloadDocument:
    def test_redirects_to_a_link_that_lives_a_minute(self, call: Call, desk: Desk) -> None:
        reply = call(download, as_=desk.client, document_id=desk.contract.id)

        link = urlsplit(reply.headers["Location"])
        assert reply.status == 303
        assert link.path.endswith(f"/documents/{desk.contract.id}/contract.pdf")
        assert parse_qs(link.query)["X-Amz-Expires"] == ["60"]

    def test_writes_down_who_opened_it(self, call: Call, desk: Desk, app: Session) -> None:
        call(download, as_=desk.client, document_id=desk.contract.id)

        assert events.was_read_by(app, desk.contract.id, desk.contract.client.id)
        assert not events.was_read_by(app, desk.contract.id, desk.contract.crew.agent.id)

    def test_is_told_to_come_back_while_it_is_made(self, call: Call, desk: Desk, app: Session) -> None:
        app.get_one(Document, desk.contract.id).status = DocumentStatus.RENDERING
        app.commit()

        reply = call(download, as_=desk.client, document_id=desk.contract.id)

        assert (reply.status, reply.code, reply.headers["Retry-After"]) == (409, "document_not_ready", "3")

    def test_somebody_elses_does_not_exist(self, call: Call, desk: Desk) -> None:
        assert call(download, as_=desk.stranger, document_id=desk.contract.id).status == 404
