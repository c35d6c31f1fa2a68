import hashlib
import json

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.db.session import Transactions
from shared.documents import events, notices, reading
from shared.documents.models import Document, DocumentStatus
from shared.outbox.models import OutboxMessage
from shared.signatures import sealing
from tests.builders.deals import TypedPages, order_for, read_and_sign
from tests.shared.signatures.conftest import NOW, Contract


@pytest.fixture
def signed(contract: Contract) -> Contract:
    read_and_sign(contract.id, contract.as_client, NOW)
    read_and_sign(contract.id, contract.as_signer, NOW)
    return contract


def seal(app: Session, contract: Contract) -> None:
    sealing.seal(
        Transactions(),
        order_for(app, "document.seal", contract.id),
        contract.id,
        renderer=TypedPages(),
        storage=contract.files,
        now=NOW,
    )
    app.expire_all()


class TestSeal:
    def test_the_sheet_names_both_signatures_and_the_signed_file(
        self, app: Session, signed: Contract
    ) -> None:
        seal(app, signed)

        content = signed.files.files[reading.file_key(signed.id)]
        sheet = json.loads(signed.files.files[reading.sealed_key(signed.id)][len(content) :])[0]
        assert sheet["sha256"] == hashlib.sha256(content).hexdigest()
        assert [(one["role"], one["name"]) for one in sheet["signatures"]] == [
            ("Заказчик", "Соколова Анна Петровна"),
            ("Исполнитель", "Кузнецов Пётр Андреевич"),
        ]
        assert sheet["signatures"][1]["on_behalf_of"] == "ООО «Дом и ключи»"

    def test_the_row_learns_the_hash_of_the_sealed_file(self, app: Session, signed: Contract) -> None:
        seal(app, signed)

        document = app.get_one(Document, signed.id)
        content = signed.files.files[reading.sealed_key(signed.id)]
        assert document.status is DocumentStatus.SEALED
        assert document.sealed_sha256 == hashlib.sha256(content).digest()
        assert events.verify(app, signed.id) is None

    def test_a_second_worker_finds_it_done(self, app: Session, signed: Contract) -> None:
        seal(app, signed)
        seal(app, signed)

        kinds = app.scalars(select(OutboxMessage.kind)).all()
        assert kinds.count(notices.SEALED) == 2

    def test_the_signed_file_is_what_people_get_from_then_on(self, app: Session, signed: Contract) -> None:
        seal(app, signed)

        file = reading.open_file(app, signed.id, signed.as_client, now=NOW)

        assert file.key == reading.sealed_key(signed.id)
        assert file.filename.endswith("-подписан.pdf")
