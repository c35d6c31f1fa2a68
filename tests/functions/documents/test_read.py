from uuid import uuid4

import pytest

from functions.documents.read.handler import app as read
from tests.functions.conftest import Call
from tests.functions.documents.conftest import Desk


class TestReadDocument:
    @pytest.mark.parametrize("who", ["agent", "signer", "client"])
    def test_shows_state_hashes_and_signers(self, call: Call, desk: Desk, who: str) -> None:
        reply = call(read, as_=getattr(desk, who), document_id=desk.contract.id)

        document = reply.json
        assert (reply.status, document["status"]) == (200, "ready")
        assert len(document["sha256"]) == 64
        assert [signer["side"] for signer in document["signers"]] == ["Заказчик", "Исполнитель"]

    def test_foreign_and_absent_are_indistinguishable(self, call: Call, desk: Desk) -> None:
        foreign = call(read, as_=desk.stranger, document_id=desk.contract.id)
        absent = call(read, as_=desk.stranger, document_id=uuid4())

        assert (foreign.status, foreign.code) == (absent.status, absent.code) == (404, "document_not_found")
