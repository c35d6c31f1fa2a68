from sqlalchemy import func, select
from sqlalchemy.orm import Session

from functions.documents.sign_request.handler import app as sign_request
from shared.signatures.models import SignatureRequest
from tests.builders.outside import Outbox
from tests.functions.conftest import Call
from tests.functions.documents.conftest import Desk

PHONE = "79161112233"


class TestRequestSignature:
    def test_texts_a_code_that_names_the_document(self, call: Call, opened: Desk, sms: Outbox) -> None:
        before = len(sms.messages(PHONE))

        reply = call(sign_request, as_=opened.client, document_id=opened.contract.id)

        assert reply.status == 202
        assert reply.json["phone_hint"] == "+7 *** ***-22-33"
        messages = sms.messages(PHONE)
        assert len(messages) == before + 1
        assert "подпись Д-" in messages[0]["text"]

    def test_the_same_key_sends_one_text(self, call: Call, opened: Desk, sms: Outbox, app: Session) -> None:
        first = call(sign_request, as_=opened.client, document_id=opened.contract.id, key="one-and-the-same")
        sent = len(sms.messages(PHONE))
        second = call(sign_request, as_=opened.client, document_id=opened.contract.id, key="one-and-the-same")

        assert first.json == second.json
        assert len(sms.messages(PHONE)) == sent
        assert app.scalar(select(func.count()).select_from(SignatureRequest)) == 1

    def test_needs_a_key(self, call: Call, opened: Desk) -> None:
        reply = call(sign_request, as_=opened.client, document_id=opened.contract.id, key=None)

        assert (reply.status, reply.code) == (422, "idempotency_key_needed")

    def test_an_unread_document_is_not_signed(self, call: Call, desk: Desk, sms: Outbox) -> None:
        before = len(sms.messages(PHONE))

        reply = call(sign_request, as_=desk.client, document_id=desk.contract.id)

        assert (reply.status, reply.code) == (409, "document_not_read")
        assert len(sms.messages(PHONE)) == before

    def test_a_refused_phone_is_told(self, call: Call, opened: Desk, sms: Outbox) -> None:
        sms.standin.post("codes", code=207, level="phone", times=1)

        reply = call(sign_request, as_=opened.client, document_id=opened.contract.id)

        assert (reply.status, reply.code) == (422, "recipient_refused")

    def test_somebody_elses_does_not_exist(self, call: Call, opened: Desk, sms: Outbox) -> None:
        before = len(sms.messages(PHONE))

        assert call(sign_request, as_=opened.stranger, document_id=opened.contract.id).status == 404
        assert len(sms.messages(PHONE)) == before
