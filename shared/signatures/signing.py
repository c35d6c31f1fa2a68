"""Signing a document by code; when all have signed, the deal goes on and the file gets its signature sheet."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import Actor
from shared.auth import codes
from shared.auth.models import CodePurpose, OtpSession
from shared.deals import moving
from shared.deals import service as deals
from shared.deals.models import DealStatus
from shared.deals.service import Viewer
from shared.documents import acts, events, making, reading
from shared.documents.models import ContractTemplate, Document, DocumentKind, DocumentStatus, SignerStatus
from shared.documents.reading import DocumentFacts
from shared.kernel.identifiers import new_id
from shared.organizations import subcontracts
from shared.outbox import service as outbox
from shared.outbox.models import Topic
from shared.signatures import sets, signers
from shared.signatures.errors import SignatureNotRequested
from shared.signatures.models import Signature, SignatureRequest
from shared.signatures.requests import bound_to
from shared.signatures.signers import SigningPerson
from shared.vault import service as vault
from shared.vault.models import KeyOwner

SEAL: Final = "document.seal"


def sign(
    session: Session, *, document_id: UUID, viewer: Viewer, code: str, actor: Actor, now: datetime
) -> DocumentFacts:
    """Sign by the code that was sent for this very document.

    :raises DocumentNotFound: also for somebody else's document
    :raises SignatureNotRequested: no code was asked for this document as it is
    :raises CodeRefused: wrong, used or expired; a wrong one counts as a try
    The refusals of ``signers.person_for`` pass through.
    """
    document = _locked(session, document_id, viewer)
    person = signers.person_for(session, document, viewer, now=now)
    document_set = sets.of([document])
    _require_request(session, person.user_id, document_set.sha256)
    used = codes.confirm(
        session,
        purpose=CodePurpose.SIGNATURE,
        address=person.phone,
        bound_to=bound_to(person.user_id, document_set.sha256),
        code=code,
        now=now,
    )
    # By the code that was used: a later request may have found the provider busy.
    request = session.scalars(select(SignatureRequest).where(SignatureRequest.otp_id == used.id)).one()
    request.signed_at = now
    signature = _signature(session, document, person, request, used, actor, now)
    session.add(signature)
    person.signer.status = SignerStatus.SIGNED
    person.signer.user_id = person.user_id
    _write_down(session, document, person, signature, actor, now)
    sides = reading.signers_of(session, document.id)
    if document.kind is DocumentKind.ACT_OF_COMPLETION and document.deal_id is not None:
        deal = deals.deal_for_update(session, document.deal_id)
        acts.note_signature(session, deal, sides, actor=actor, now=now)
    if all(side.status is SignerStatus.SIGNED for side in sides):
        _complete(session, document, actor, now)
    return DocumentFacts(document, sides)


def _write_down(
    session: Session,
    document: Document,
    person: SigningPerson,
    signature: Signature,
    actor: Actor,
    now: datetime,
) -> None:
    events.append(
        session,
        document,
        events.SIGNED,
        actor_id=person.user_id,
        facts={
            "signature_id": str(signature.id),
            "side": person.signer.side,
            "sha256": signature.document_sha256.hex(),
        },
        now=now,
    )
    audit.record(
        session,
        actor,
        "document.signed",
        entity=("document", document.id),
        after={"side": person.signer.side},
        now=now,
    )


def _locked(session: Session, document_id: UUID, viewer: Viewer) -> Document:
    """Lock the deal before its document: the order that every use case keeps."""
    document = reading.visible_document(session, document_id, viewer)
    if document.deal_id is not None:
        deals.deal_for_update(session, document.deal_id)
    return reading.visible_document(session, document_id, viewer, lock=True)


def _require_request(session: Session, user_id: UUID, set_sha256: bytes) -> None:
    asked = exists().where(SignatureRequest.user_id == user_id, SignatureRequest.set_sha256 == set_sha256)
    if not session.scalar(select(asked)):
        raise SignatureNotRequested


def _signature(
    session: Session,
    document: Document,
    person: SigningPerson,
    request: SignatureRequest,
    used: OtpSession,
    actor: Actor,
    now: datetime,
) -> Signature:
    if document.sha256 is None:
        raise TypeError("a document that can be signed has a file")
    template = session.get_one(ContractTemplate, document.template_id)
    signature_id = new_id()
    key = vault.create_key(session, signature_id, KeyOwner.RECORD, now=now)
    sealer = vault.Sealer(key, table=Signature.__tablename__, row=signature_id)
    return Signature(
        id=signature_id,
        document_id=document.id,
        signer_id=person.signer.id,
        request_id=request.id,
        agreement_id=person.agreement.id,
        user_id=person.user_id,
        organization_id=person.signer.organization_id,
        position=person.position,
        basis=person.basis,
        name=sealer.seal("name", person.full_name),
        phone=sealer.seal("phone", person.phone),
        phone_verified_at=person.phone_verified_at,
        document_sha256=document.sha256,
        template_name=template.name,
        template_version=template.version,
        text_shown=request.text_shown,
        code_issued_at=used.created_at,
        provider_message_id=used.provider_message_id,
        delivery=used.delivery,
        ip=actor.ip or "",
        user_agent=actor.user_agent or "",
        signed_at=now,
    )


def _complete(session: Session, document: Document, actor: Actor, now: datetime) -> None:
    before = document.status
    document.status = DocumentStatus.SIGNED
    document.signed_at = now
    audit.record(
        session,
        actor,
        "document.completed",
        entity=("document", document.id),
        before={"status": before},
        after={"status": document.status},
        now=now,
    )
    if document.kind is DocumentKind.SERVICE_CONTRACT and document.deal_id is not None:
        deal = deals.deal_for_update(session, document.deal_id)
        deal.signed_at = now
        moving.move(session, deal, DealStatus.SIGNED, actor=actor, now=now)
    elif document.subcontract_id is not None:
        subcontracts.mark_signed(session, document.subcontract_id, now)
    outbox.ask(
        session,
        Topic.RENDER,
        SEAL,
        {"document_id": str(document.id)},
        dedupe_key=making.seal_key(document.id),
        now=now,
    )
