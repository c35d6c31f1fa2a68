from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from shared.access.rights import Reach
from shared.deals import parties
from shared.deals.opening import Terms
from shared.deals.service import Viewer
from shared.ports.pdf import PdfRenderer
from tests.builders.deals import PEER, Crew, KeptFiles, a_crew, a_deal, render, submit
from tests.builders.people import Person, a_client

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)


@dataclass(frozen=True)
class Contract:
    """A contract that can be read, and its people."""

    id: UUID
    deal_id: UUID
    crew: Crew
    client: Person
    files: KeptFiles

    @property
    def as_client(self) -> Viewer:
        return Viewer(self.client.id, Reach.PARTY, None)

    @property
    def as_signer(self) -> Viewer:
        return self.crew.as_admin


def a_contract(
    session: Session,
    *,
    may_sign: bool = True,
    at: datetime = NOW,
    renderer: PdfRenderer | None = None,
    terms: Terms | None = None,
) -> Contract:
    crew = a_crew(session, at)
    client = a_client(session, at, phone="+79161112233", may_sign=may_sign)
    deal = a_deal(session, at, agent=crew.agent, client=client, agency=crew.agency, terms=terms)
    document = submit(session, deal, crew.agent, at)
    parties.attach(session, user_id=client.id, phone="+79161112233", actor=PEER, now=at)
    session.commit()
    files = KeptFiles()
    render(document.id, files, at, renderer)
    session.expire_all()
    return Contract(document.id, deal.id, crew, client, files)


@pytest.fixture
def contract(app: Session) -> Contract:
    return a_contract(app)
