from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.access.rights import Reach
from shared.deals import parties
from shared.deals.service import Viewer
from shared.documents import events, reading
from shared.documents.errors import DocumentNotFound, DocumentNotReady
from shared.documents.models import Document, DocumentEvent
from tests.builders.deals import PEER, Crew, KeptFiles, a_crew, a_deal, render, submit
from tests.builders.people import Person, a_client, an_agency, an_agent

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)


@pytest.fixture
def crew(app: Session) -> Crew:
    return a_crew(app, NOW)


@pytest.fixture
def client(app: Session) -> Person:
    return a_client(app, NOW)


@pytest.fixture
def document(app: Session, crew: Crew, client: Person) -> Document:
    deal = a_deal(app, NOW, agent=crew.agent, client=client, agency=crew.agency)
    document = submit(app, deal, crew.agent, NOW)
    assert client.phone is not None
    parties.attach(app, user_id=client.id, phone=client.phone, actor=PEER, now=NOW)
    app.commit()
    return document


class TestVisibleDocument:
    @pytest.mark.parametrize(
        "viewer",
        [
            lambda crew, _client: crew.as_agent,
            lambda crew, _client: crew.as_admin,
            lambda _crew, client: Viewer(client.id, Reach.PARTY, None),
        ],
        ids=["agent", "agency admin", "client"],
    )
    def test_its_own_people_see_it(
        self,
        app: Session,
        document: Document,
        crew: Crew,
        client: Person,
        viewer: Callable[[Crew, Person], Viewer],
    ) -> None:
        assert reading.visible_document(app, document.id, viewer(crew, client)).id == document.id

    def test_for_everybody_else_it_does_not_exist(
        self, app: Session, document: Document, crew: Crew, client: Person
    ) -> None:
        strangers = [
            Viewer(an_agent(app, NOW).id, Reach.OWN, crew.agency.id),
            Viewer(an_agency(app, NOW).admin.id, Reach.AGENCY, an_agency(app, NOW).id),
            Viewer(a_client(app, NOW).id, Reach.PARTY, None),
            # the right people through another door
            Viewer(crew.agent.id, Reach.PARTY, None),
            Viewer(client.id, Reach.OWN, None),
            Viewer(crew.agency.admin.id, Reach.AGENCY, None),
        ]
        for stranger in strangers:
            with pytest.raises(DocumentNotFound):
                reading.visible_document(app, document.id, stranger)


class TestOpenFile:
    def test_is_not_ready_while_it_is_rendered(self, app: Session, document: Document, crew: Crew) -> None:
        with pytest.raises(DocumentNotReady):
            reading.open_file(app, document.id, crew.as_agent, now=NOW)

    def test_writes_down_who_opened_which_file(self, app: Session, document: Document, crew: Crew) -> None:
        render(document.id, KeptFiles(), NOW)
        app.expire_all()

        file = reading.open_file(app, document.id, crew.as_agent, now=NOW)

        assert file.key == reading.file_key(document.id)
        assert file.filename == f"{document.number}.pdf"
        assert events.was_read_by(app, document.id, crew.agent.id)
        assert not events.was_read_by(app, document.id, crew.agency.admin.id)
        last = app.scalars(select(DocumentEvent).order_by(DocumentEvent.seq.desc()).limit(1)).one()
        assert last.facts == {"sha256": (document.sha256 or b"").hex()}
