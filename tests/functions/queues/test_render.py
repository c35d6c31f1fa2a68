import hashlib
import io
from uuid import UUID, uuid4

import pikepdf
import pypdf
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from functions.queues.render.handler import app as render
from shared.adapters.pdf import pdf_renderer
from shared.documents import events, making, notices, reading
from shared.documents.models import ContractTemplate, Document, DocumentEvent, DocumentStatus
from shared.kernel.clock import utc_now
from shared.outbox.models import OutboxMessage, OutboxStatus
from shared.signatures import sealing
from tests.builders.cloud import Cloud, point_at
from tests.builders.crashing import dies_at, labels_of
from tests.builders.deals import a_crew, a_deal, order_for, read_and_sign, submit
from tests.builders.people import a_client
from tests.functions.conftest import queue_event
from tests.shared.signatures.conftest import Contract, a_contract


@pytest.fixture
def submitted(app: Session) -> Document:
    now = utc_now()
    crew, client = a_crew(app, now), a_client(app, now)
    deal = a_deal(app, now, agent=crew.agent, client=client, agency=crew.agency)
    document = submit(app, deal, crew.agent, now)
    app.commit()
    return document


class TestMakeDocument:
    def test_a_contract_is_made_stored_and_announced(
        self, app: Session, submitted: Document, cloud: Cloud
    ) -> None:
        order = order_for(app, "document.render", submitted.id)

        assert render(queue_event(str(order)), None) == {"batchItemFailures": []}

        app.refresh(submitted)
        content = cloud.file(reading.file_key(submitted.id))
        assert submitted.status is DocumentStatus.READY
        assert submitted.sha256 == hashlib.sha256(content).digest()
        text = "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)
        assert submitted.number in text
        assert "Соколова Анна Петровна" in text
        assert len(cloud.take("jobs")) == 2

    def test_redelivered_it_changes_nothing(self, app: Session, submitted: Document, cloud: Cloud) -> None:
        order = order_for(app, "document.render", submitted.id)
        render(queue_event(str(order)), None)
        app.refresh(submitted)
        first = submitted.sha256

        assert render(queue_event(str(order), str(order)), None) == {"batchItemFailures": []}

        app.refresh(submitted)
        assert submitted.sha256 == first
        assert len(cloud.take("jobs")) == 2

    def test_the_sealed_copy_carries_the_signed_bytes(self, app: Session, cloud: Cloud) -> None:
        contract = a_signed_contract(app)
        signed = stored(contract, cloud)

        assert (
            render(queue_event(str(order_for(app, "document.seal", contract.id))), None)["batchItemFailures"]
            == []
        )

        app.expire_all()
        assert app.get_one(Document, contract.id).status is DocumentStatus.SEALED
        with pikepdf.open(io.BytesIO(cloud.file(reading.sealed_key(contract.id)))) as copy:
            assert copy.attachments["signed.pdf"].get_file().read_bytes() == signed

    def test_storage_that_fails_brings_the_message_back(
        self, app: Session, submitted: Document, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        order = order_for(app, "document.render", submitted.id)
        point_at(cloud, monkeypatch, bucket="no-such-bucket")
        event = queue_event(str(order))

        answer = render(event, None)

        assert answer == {"batchItemFailures": [{"itemIdentifier": event["Records"][0]["messageId"]}]}
        app.refresh(submitted)
        assert submitted.status is DocumentStatus.RENDERING
        assert cloud.take("jobs") == []

    def test_an_unknown_order_is_dropped(self, database: object, cloud: Cloud) -> None:
        assert database
        assert render(queue_event(str(uuid4())), None) == {"batchItemFailures": []}
        assert cloud.take("jobs") == []


class TestDeath:
    @pytest.mark.parametrize("label", labels_of("render"))
    def test_a_contract_is_made_once(
        self, app: Session, submitted: Document, cloud: Cloud, label: str
    ) -> None:
        expected = rendered(app, submitted)
        order = order_for(app, "document.render", submitted.id)

        left = dies_and_returns(label, order, submitted.id, cloud)

        files = cloud.files(f"documents/{submitted.id}")
        assert files == {reading.file_key(submitted.id): expected}
        assert left.items() <= files.items()
        app.refresh(submitted)
        assert submitted.status is DocumentStatus.READY
        assert (submitted.sha256, submitted.size_bytes) == (
            hashlib.sha256(expected).digest(),
            len(expected),
        )
        assert kinds_of_events(app, submitted.id) == [events.CREATED, events.RENDERED]
        assert_told_once(app, notices.READY, submitted.id, order)

    @pytest.mark.parametrize("label", labels_of("seal"))
    def test_a_contract_is_sealed_once(self, app: Session, cloud: Cloud, label: str) -> None:
        contract = a_signed_contract(app)
        signed = stored(contract, cloud)
        expected = sealed(app, contract, signed)
        order = order_for(app, "document.seal", contract.id)

        left = dies_and_returns(label, order, contract.id, cloud)

        files = cloud.files(f"documents/{contract.id}")
        assert files == {reading.file_key(contract.id): signed, reading.sealed_key(contract.id): expected}
        assert left.items() <= files.items()
        app.expire_all()
        document = app.get_one(Document, contract.id)
        assert document.status is DocumentStatus.SEALED
        assert document.sealed_sha256 == hashlib.sha256(expected).digest()
        assert kinds_of_events(app, contract.id).count(events.SEALED) == 1
        assert_told_once(app, notices.SEALED, contract.id, order)


def a_signed_contract(app: Session) -> Contract:
    contract = a_contract(app, at=utc_now(), renderer=pdf_renderer())
    read_and_sign(contract.id, contract.as_client, utc_now())
    read_and_sign(contract.id, contract.as_signer, utc_now())
    app.expire_all()
    return contract


def stored(contract: Contract, cloud: Cloud) -> bytes:
    """Put the file that all have signed where the worker finds it."""
    content = contract.files.files[reading.file_key(contract.id)]
    cloud.s3.put_object(Bucket="documents", Key=reading.file_key(contract.id), Body=content)
    return content


def rendered(app: Session, document: Document) -> bytes:
    """The document's file, made in this process."""
    template = app.get_one(ContractTemplate, document.template_id)
    return pdf_renderer().render(
        template.name,
        template.version,
        making.contents_of(app, document),
        document_id=document.id,
        dated=document.created_at,
    )


def sealed(app: Session, contract: Contract, signed: bytes) -> bytes:
    """The sealed file, made in this process."""
    document = app.get_one(Document, contract.id)
    assert document.signed_at is not None
    sheet = sealing._sheet(app, document)
    return pdf_renderer().seal(signed, sheet, document_id=document.id, dated=document.signed_at)


def dies_and_returns(label: str, order: UUID, document_id: UUID, cloud: Cloud) -> dict[str, bytes]:
    """Kill the worker at the point and let the queue deliver twice more; the files that the dead one left."""
    event = queue_event(str(order))
    assert dies_at(label, "queues.render", event)
    left = cloud.files(f"documents/{document_id}")
    for _ in range(2):
        assert render(event, None) == {"batchItemFailures": []}
    return left


def kinds_of_events(app: Session, document_id: UUID) -> list[str]:
    """What happened to the document, in order; the chain holds."""
    assert events.verify(app, document_id) is None
    return list(
        app.scalars(
            select(DocumentEvent.kind)
            .where(DocumentEvent.document_id == document_id)
            .order_by(DocumentEvent.seq)
        )
    )


def assert_told_once(app: Session, kind: str, document_id: UUID, order: UUID) -> None:
    """The order is done, and each side is to get its one notice."""
    asked = app.execute(
        select(OutboxMessage.payload["signer_id"].astext, OutboxMessage.status).where(
            OutboxMessage.kind == kind, OutboxMessage.payload["document_id"].astext == str(document_id)
        )
    ).all()
    sides = {str(side.id) for side in reading.signers_of(app, document_id)}
    assert len(sides) == 2
    assert sorted(asked) == sorted((side, OutboxStatus.PENDING) for side in sides)
    app.expire_all()
    assert app.get_one(OutboxMessage, order).status is OutboxStatus.DONE
