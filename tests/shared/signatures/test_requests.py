from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.access.rights import Reach
from shared.audit.service import Actor
from shared.auth.models import OtpSession
from shared.db.session import Transactions
from shared.deals.service import Viewer
from shared.documents import reading
from shared.documents.errors import DocumentNotFound
from shared.documents.models import Document
from shared.kernel.errors import DomainError
from shared.ports.sms import SmsOutcome
from shared.signatures import requests
from shared.signatures.errors import AgreementNeeded, DocumentNotRead, NotYourSignature, NotYourTurn
from shared.signatures.models import SignatureRequest
from tests.builders.deals import KeptTexts
from tests.builders.people import a_client
from tests.shared.signatures.conftest import NOW, Contract, a_contract

ACTOR = Actor(None, "127.0.0.1", "pytest")


def ask(contract: Contract, texts: KeptTexts, viewer: Viewer | None = None) -> requests.Requested:
    return requests.request_code(
        Transactions(),
        document_id=contract.id,
        viewer=viewer or contract.as_client,
        sms=texts,
        actor=ACTOR,
        now=NOW,
    )


def open_file(app: Session, contract: Contract) -> None:
    reading.open_file(app, contract.id, contract.as_client, now=NOW)
    app.commit()


class TestRequestCode:
    def test_the_text_message_names_the_document_and_says_signature(
        self, app: Session, contract: Contract
    ) -> None:
        open_file(app, contract)
        texts = KeptTexts()

        requested = ask(contract, texts)

        number = app.get_one(Document, contract.id).number
        phone, text = texts.sent[0]
        assert phone == contract.client.phone
        assert number in text
        assert "подпись" in text
        assert requested.phone_hint == "+7 *** ***-22-33"
        assert requested.expires_at == NOW + timedelta(minutes=5)

    def test_the_code_is_bound_to_person_and_set_and_stored_nowhere(
        self, app: Session, contract: Contract
    ) -> None:
        open_file(app, contract)
        texts = KeptTexts()
        ask(contract, texts)

        request = app.scalars(select(SignatureRequest)).one()
        otp = app.get_one(OtpSession, request.otp_id)
        digest = (app.get_one(Document, contract.id).sha256 or b"").hex()
        assert request.document_set == [{"document_id": str(contract.id), "sha256": digest}]
        assert digest in request.text_shown
        assert otp.bound_to == f"{contract.client.id}:{request.set_sha256.hex()}"
        assert texts.last_code not in request.text_shown

    def test_the_document_must_have_been_opened(self, contract: Contract) -> None:
        texts = KeptTexts()

        with pytest.raises(DocumentNotRead):
            ask(contract, texts)
        assert texts.sent == []

    def test_the_agreement_comes_first(self, app: Session) -> None:
        contract = a_contract(app, may_sign=False)
        open_file(app, contract)

        with pytest.raises(AgreementNeeded):
            ask(contract, KeptTexts())

    def test_the_executor_waits_for_the_client(self, contract: Contract) -> None:
        with pytest.raises(NotYourTurn):
            ask(contract, KeptTexts(), contract.as_signer)

    def test_the_agencys_agent_signs_nothing(self, contract: Contract) -> None:
        with pytest.raises(NotYourSignature):
            ask(contract, KeptTexts(), contract.crew.as_agent)

    def test_a_strangers_document_does_not_exist(self, app: Session, contract: Contract) -> None:
        stranger = a_client(app, NOW)
        app.commit()
        viewer = Viewer(stranger.id, Reach.PARTY, None)

        with pytest.raises(DocumentNotFound):
            ask(contract, KeptTexts(), viewer)

    def test_a_text_that_could_not_be_sent_is_told(self, app: Session, contract: Contract) -> None:
        open_file(app, contract)

        with pytest.raises(DomainError) as refusal:
            ask(contract, KeptTexts(SmsOutcome.REFUSED_RECIPIENT))
        assert refusal.value.code == "recipient_refused"

    def test_silence_leaves_the_code_valid(self, app: Session, contract: Contract) -> None:
        open_file(app, contract)

        assert ask(contract, KeptTexts(SmsOutcome.UNKNOWN)).phone_hint
