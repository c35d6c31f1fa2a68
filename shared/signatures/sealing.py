"""The file with its signature sheet: made and stored outside of a transaction, then the row learns of it."""

import hashlib
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import SYSTEM
from shared.config import platform as platform_settings
from shared.config import web
from shared.db.session import Transactions
from shared.documents import contract_data as shapes
from shared.documents import events, notices
from shared.documents import party_data as people
from shared.documents.contents import verification_url
from shared.documents.data_reading import as_json
from shared.documents.models import Document, DocumentKind, DocumentSigner, DocumentStatus
from shared.documents.reading import file_key, sealed_key
from shared.kernel.clock import moscow_date
from shared.observability import checkpoints
from shared.organizations import service as organizations
from shared.outbox import service as outbox
from shared.ports.pdf import PdfRenderer
from shared.ports.storage import ObjectStorage
from shared.signatures.models import Signature
from shared.vault import service as vault

_PDF: Final = "application/pdf"
_SHEET_VERSION: Final = 1
_TITLES: Final = {
    DocumentKind.SERVICE_CONTRACT: "Договор возмездного оказания услуг",
    DocumentKind.SERVICE_SUBCONTRACT: "Договор возмездного оказания услуг (подряд)",
    DocumentKind.ACT_OF_COMPLETION: "Акт об оказании услуг",
}


def seal(
    transactions: Transactions,
    message_id: UUID,
    document_id: UUID,
    *,
    renderer: PdfRenderer,
    storage: ObjectStorage,
    now: datetime,
) -> None:
    """Add the sheet to a document that all have signed; a second worker finds the work done."""
    with transactions() as session:
        document = session.get_one(Document, document_id)
        if document.status is not DocumentStatus.SIGNED or document.signed_at is None:
            return
        sheet, dated = _sheet(session, document), document.signed_at
    signed = storage.get(file_key(document_id))
    content = renderer.seal(signed, sheet, document_id=document_id, dated=dated)
    checkpoints.reached("seal.after_render")
    storage.put(sealed_key(document_id), content, content_type=_PDF)
    checkpoints.reached("seal.after_put")
    with transactions() as session:
        _record(session, message_id, document_id, content, now)
    checkpoints.reached("seal.after_commit")


def _record(session: Session, message_id: UUID, document_id: UUID, content: bytes, now: datetime) -> None:
    message = outbox.claim(session, message_id)
    if message is None:
        return
    document = session.get_one(Document, document_id, with_for_update=True, populate_existing=True)
    document.status = DocumentStatus.SEALED
    document.sealed_sha256 = hashlib.sha256(content).digest()
    document.sealed_at = now
    events.append(
        session,
        document,
        events.SEALED,
        actor_id=None,
        facts={"sha256": document.sealed_sha256.hex()},
        now=now,
    )
    audit.record(
        session,
        SYSTEM,
        "document.sealed",
        entity=("document", document_id),
        before={"status": DocumentStatus.SIGNED},
        after={"status": DocumentStatus.SEALED, "sha256": document.sealed_sha256.hex()},
        now=now,
    )
    notices.ask_each(session, document, notices.SEALED, now=now)
    outbox.done(message, now=now)


def _sheet(session: Session, document: Document) -> dict[str, Any]:
    settings = platform_settings.load()
    rows = session.execute(
        select(Signature, DocumentSigner)
        .join(DocumentSigner, DocumentSigner.id == Signature.signer_id)
        .where(Signature.document_id == document.id)
        .order_by(DocumentSigner.signing_order)
    ).all()
    sheet: dict[str, Any] = as_json(
        shapes.SignatureSheet(
            template_version=_SHEET_VERSION,
            document_number=document.number,
            document_title=_TITLES[document.kind],
            document_dated=moscow_date(document.created_at),
            sha256=(document.sha256 or b"").hex(),
            signatures=tuple(_line(session, signature, signer) for signature, signer in rows),
            platform=people.Platform(name=settings.name, url=web.load().public_url, inn=settings.inn),
            verification_url=verification_url(document.id),
        )
    )
    return sheet


def _line(session: Session, signature: Signature, signer: DocumentSigner) -> shapes.SheetSignature:
    key = vault.key_of(session, signature.id)
    sealer = vault.Sealer(key, table=Signature.__tablename__, row=signature.id)
    on_behalf_of = None
    if signature.organization_id is not None:
        on_behalf_of = organizations.requisites(session, signature.organization_id).short_name
    return shapes.SheetSignature(
        name=sealer.open("name", signature.name),
        role=signer.side,
        phone=sealer.open("phone", signature.phone),
        signed_at=signature.signed_at,
        method=shapes.SignatureMethod.SMS_CODE,
        evidence_id=signature.id,
        ip=signature.ip,
        on_behalf_of=on_behalf_of,
        position=signature.position,
        basis=signature.basis,
    )
