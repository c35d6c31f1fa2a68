from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from shared.documents.models import Document, DocumentKind, DocumentStatus
from shared.documents.papers import paper_of
from tests.builders.deals import a_crew, a_deal, submit
from tests.builders.people import a_client

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)


@pytest.fixture
def contract(app: Session) -> Document:
    crew = a_crew(app, NOW)
    deal = a_deal(app, NOW, agent=crew.agent, client=a_client(app, NOW), agency=crew.agency)
    return submit(app, deal, crew.agent, NOW)


def found(app: Session, contract: Document, status: DocumentStatus) -> UUID | None:
    contract.status = status
    contract.sha256 = contract.sealed_sha256 = bytes(32)
    app.flush()
    assert contract.deal_id is not None
    return paper_of(app, contract.deal_id, contract.kind)


class TestPaperOf:
    @pytest.mark.parametrize("status", [DocumentStatus.SIGNED, DocumentStatus.SEALED])
    def test_is_the_contract_once_all_have_signed(
        self, app: Session, contract: Document, status: DocumentStatus
    ) -> None:
        assert found(app, contract, status) == contract.id

    @pytest.mark.parametrize("status", [DocumentStatus.READY, DocumentStatus.VOID])
    def test_is_no_contract_that_nobody_is_bound_by(
        self, app: Session, contract: Document, status: DocumentStatus
    ) -> None:
        assert found(app, contract, status) is None

    def test_may_be_an_act_that_silence_accepts(self, app: Session, contract: Document) -> None:
        contract.kind = DocumentKind.ACT_OF_COMPLETION

        assert found(app, contract, DocumentStatus.READY) == contract.id
