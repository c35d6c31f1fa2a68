import hashlib
import io
from uuid import uuid4

import pikepdf
import pypdf
import pytest
from sqlalchemy.orm import Session

from functions.queues.render.handler import app as render
from shared.adapters.pdf import pdf_renderer
from shared.documents import reading
from shared.documents.models import Document, DocumentStatus
from shared.kernel.clock import utc_now
from tests.builders.cloud import Cloud, point_at
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
        contract = self.a_signed_contract(app)
        signed = self.render_for_real(contract, cloud)

        assert (
            render(queue_event(str(order_for(app, "document.seal", contract.id))), None)["batchItemFailures"]
            == []
        )

        app.expire_all()
        assert app.get_one(Document, contract.id).status is DocumentStatus.SEALED
        with pikepdf.open(io.BytesIO(cloud.file(reading.sealed_key(contract.id)))) as sealed:
            assert sealed.attachments["signed.pdf"].get_file().read_bytes() == signed

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

    def a_signed_contract(self, app: Session) -> Contract:
        contract = a_contract(app, at=utc_now(), renderer=pdf_renderer())
        read_and_sign(contract.id, contract.as_client, utc_now())
        read_and_sign(contract.id, contract.as_signer, utc_now())
        return contract

    def render_for_real(self, contract: Contract, cloud: Cloud) -> bytes:
        content = contract.files.files[reading.file_key(contract.id)]
        cloud.s3.put_object(Bucket="documents", Key=reading.file_key(contract.id), Body=content)
        return content
