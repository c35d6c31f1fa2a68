from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from shared.audit.service import Actor
from shared.db.session import Transactions
from shared.deals.models import Deal, DealStatus
from shared.deals.service import Viewer
from shared.documents import events, reading
from shared.documents.models import Document, DocumentStatus, SignerStatus
from shared.kernel.errors import DomainError
from shared.outbox.models import OutboxMessage
from shared.ports.sms import SmsOutcome
from shared.signatures import requests, signing
from shared.signatures.errors import AlreadySigned, SignatureNotRequested
from shared.signatures.models import Signature, SignatureRequest
from tests.builders.deals import KeptTexts, read_and_sign
from tests.shared.signatures.conftest import NOW, Contract

ACTOR = Actor(None, "203.0.113.9", "a browser")


def sign(contract: Contract, viewer: Viewer, code: str, *, minutes: int = 0) -> None:
    with Transactions()() as session:
        signing.sign(
            session,
            document_id=contract.id,
            viewer=viewer,
            code=code,
            actor=ACTOR,
            now=NOW + timedelta(minutes=minutes),
        )


def code_for(app: Session, contract: Contract, viewer: Viewer) -> str:
    reading.open_file(app, contract.id, viewer, now=NOW)
    app.commit()
    texts = KeptTexts()
    requests.request_code(
        Transactions(), document_id=contract.id, viewer=viewer, sms=texts, actor=ACTOR, now=NOW
    )
    return texts.last_code


class TestSign:
    def test_keeps_the_evidence(self, app: Session, contract: Contract) -> None:
        sign(contract, contract.as_client, code_for(app, contract, contract.as_client))

        signature = app.scalars(select(Signature)).one()
        document = app.get_one(Document, contract.id)
        assert signature.document_sha256 == document.sha256
        assert (signature.ip, signature.user_agent) == ("203.0.113.9", "a browser")
        assert (signature.provider_message_id, signature.delivery) == ("sms-1", "accepted")
        assert signature.phone_verified_at <= signature.code_issued_at <= signature.signed_at
        assert (document.sha256 or b"").hex() in signature.text_shown
        assert signature.template_name == "service_contract_secondary_sell"
        assert events.verify(app, contract.id) is None

    def test_when_all_have_signed_the_deal_is_signed_and_the_sheet_is_ordered(
        self, app: Session, contract: Contract
    ) -> None:
        read_and_sign(contract.id, contract.as_client, NOW)
        assert app.get_one(Deal, contract.deal_id).status is DealStatus.AWAITING_SIGNATURES
        read_and_sign(contract.id, contract.as_signer, NOW)
        app.expire_all()

        assert app.get_one(Deal, contract.deal_id).status is DealStatus.SIGNED
        assert app.get_one(Document, contract.id).status is DocumentStatus.SIGNED
        by_agency = app.scalars(select(Signature).where(Signature.organization_id.is_not(None))).one()
        assert (by_agency.position, by_agency.basis) == ("Генеральный директор", "Устав")
        kinds = app.scalars(select(OutboxMessage.kind)).all()
        assert kinds.count(signing.SEAL) == 1

    def test_a_code_is_used_once(self, app: Session, contract: Contract) -> None:
        code = code_for(app, contract, contract.as_client)
        sign(contract, contract.as_client, code)

        with pytest.raises(AlreadySigned):
            sign(contract, contract.as_client, code)
        assert app.scalar(select(func.count()).select_from(Signature)) == 1

    def test_a_wrong_code_counts_and_the_fifth_kills_the_right_one(
        self, app: Session, contract: Contract
    ) -> None:
        code = code_for(app, contract, contract.as_client)
        wrong = f"{(int(code) + 1) % 1_000_000:06d}"

        for _ in range(5):
            with pytest.raises(DomainError) as refusal:
                sign(contract, contract.as_client, wrong)
            assert refusal.value.code == "code_refused"
        with pytest.raises(DomainError) as refusal:
            sign(contract, contract.as_client, code)

        assert refusal.value.code == "code_refused"
        assert app.scalars(select(Signature)).all() == []

    def test_a_code_lives_five_minutes(self, app: Session, contract: Contract) -> None:
        code = code_for(app, contract, contract.as_client)

        with pytest.raises(DomainError) as refusal:
            sign(contract, contract.as_client, code, minutes=6)
        assert refusal.value.code == "code_refused"

    def test_names_the_request_whose_code_was_used(self, app: Session, contract: Contract) -> None:
        code = code_for(app, contract, contract.as_client)
        first = app.scalars(select(SignatureRequest.id)).one()
        with pytest.raises(DomainError):
            requests.request_code(
                Transactions(),
                document_id=contract.id,
                viewer=contract.as_client,
                sms=KeptTexts(SmsOutcome.COOL_DOWN),
                actor=ACTOR,
                now=NOW + timedelta(minutes=2),
            )

        sign(contract, contract.as_client, code, minutes=3)

        assert app.scalars(select(Signature.request_id)).one() == first

    def test_without_a_request_there_is_nothing_to_sign_by(self, app: Session, contract: Contract) -> None:
        reading.open_file(app, contract.id, contract.as_client, now=NOW)
        app.commit()

        with pytest.raises(SignatureNotRequested):
            sign(contract, contract.as_client, "123456")

    def test_one_side_signs_for_itself_only(self, app: Session, contract: Contract) -> None:
        sign(contract, contract.as_client, code_for(app, contract, contract.as_client))
        app.expire_all()

        states = {side.side: side.status for side in reading.signers_of(app, contract.id)}
        assert states == {"Заказчик": SignerStatus.SIGNED, "Исполнитель": SignerStatus.WAITING}

    @pytest.mark.parametrize("statement", ["UPDATE signatures SET ip = ''", "DELETE FROM signatures"])
    def test_the_application_cannot_change_a_signature(
        self, app: Session, contract: Contract, statement: str
    ) -> None:
        read_and_sign(contract.id, contract.as_client, NOW)

        with pytest.raises(DBAPIError, match="permission denied"):
            app.execute(text(statement))
        app.rollback()
