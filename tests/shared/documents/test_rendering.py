import hashlib
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.db.session import Transactions
from shared.documents import events, notices, reading, rendering
from shared.documents.models import Document, DocumentStatus
from shared.outbox.models import OutboxMessage, OutboxStatus
from shared.ports.pdf import BadDocumentData
from shared.tasks.models import OperatorTask
from tests.builders.deals import KeptFiles, TypedPages, a_deal, order_for, render, submit
from tests.builders.people import a_client, an_agent

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)


class Refusing(TypedPages):
    def render(self, *_: object, **__: object) -> bytes:
        raise BadDocumentData("client.phone", "is missing")


@pytest.fixture
def document(app: Session) -> Document:
    agent, client = an_agent(app, NOW), a_client(app, NOW)
    made = submit(app, a_deal(app, NOW, agent=agent, client=client), agent, NOW)
    app.commit()
    return made


def rendered(app: Session, document_id: UUID) -> Document:
    app.expire_all()
    return app.get_one(Document, document_id)


class TestRender:
    def test_the_row_learns_the_hash_of_the_stored_file(self, app: Session, document: Document) -> None:
        files = KeptFiles()

        render(document.id, files, NOW)

        row = rendered(app, document.id)
        content = files.files[reading.file_key(document.id)]
        assert row.status is DocumentStatus.READY
        assert (row.sha256, row.size_bytes) == (hashlib.sha256(content).digest(), len(content))
        assert events.verify(app, document.id) is None

    def test_each_side_is_to_be_told_once(self, app: Session, document: Document) -> None:
        files = KeptFiles()
        message_id = order_for(app, "document.render", document.id)

        for _ in range(2):
            rendering.render(
                Transactions(), message_id, document.id, renderer=TypedPages(), storage=files, now=NOW
            )

        asked = app.scalars(select(OutboxMessage.kind).where(OutboxMessage.kind != "document.render")).all()
        assert asked == [notices.READY, notices.READY]

    def test_data_that_fit_no_template_go_to_a_person(self, app: Session, document: Document) -> None:
        message_id = order_for(app, "document.render", document.id)

        rendering.render(
            Transactions(), message_id, document.id, renderer=Refusing(), storage=KeptFiles(), now=NOW
        )

        assert rendered(app, document.id).status is DocumentStatus.FAILED
        assert app.get_one(OutboxMessage, message_id).status is OutboxStatus.DEAD
        assert app.scalars(select(OperatorTask.kind)).all() == ["outbox_dead"]
