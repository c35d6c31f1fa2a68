from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from shared.documents import events
from shared.documents.models import Document
from tests.builders.deals import a_deal, submit
from tests.builders.people import a_client, an_agent

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)


@pytest.fixture
def document(app: Session) -> Document:
    agent, client = an_agent(app, NOW), a_client(app, NOW)
    made = submit(app, a_deal(app, NOW, agent=agent, client=client), agent, NOW)
    for number in range(3):
        events.append(app, made, events.READ, actor_id=agent.id, facts={"n": str(number)}, now=NOW)
    app.commit()
    return made


def spoil(administrator: Connection, statement: str, document: Document) -> None:
    """Change history as only an administrator who switches the guard off can."""
    administrator.execute(text("ALTER TABLE document_events DISABLE TRIGGER ALL"))
    administrator.execute(text(statement), {"document_id": document.id})
    administrator.commit()


class TestChain:
    def test_an_untouched_chain_verifies(self, app: Session, document: Document) -> None:
        assert events.verify(app, document.id) is None

    @pytest.mark.parametrize(
        ("statement", "broken_at"),
        [
            ("UPDATE document_events SET facts = '{}' WHERE document_id = :document_id AND seq = 2", 2),
            ("UPDATE document_events SET kind = 'signed' WHERE document_id = :document_id AND seq = 3", 3),
            ("UPDATE document_events SET actor_id = NULL WHERE document_id = :document_id AND seq = 3", 3),
            ("DELETE FROM document_events WHERE document_id = :document_id AND seq = 2", 3),
            ("UPDATE document_events SET seq = seq + 10 WHERE document_id = :document_id AND seq = 4", 14),
        ],
    )
    def test_an_edit_is_found_where_it_was_made(
        self, app: Session, administrator: Connection, document: Document, statement: str, broken_at: int
    ) -> None:
        spoil(administrator, statement, document)
        app.expire_all()

        assert events.verify(app, document.id) == events.ChainBroken(broken_at)

    @pytest.mark.parametrize(
        "statement", ["UPDATE document_events SET kind = 'x'", "DELETE FROM document_events"]
    )
    def test_the_application_cannot_change_history(
        self, app: Session, document: Document, statement: str
    ) -> None:
        assert events.verify(app, document.id) is None
        with pytest.raises(DBAPIError, match="permission denied"):
            app.execute(text(statement))
        app.rollback()
