"""Rendering a document: the file is made and stored outside of a transaction, then the row learns of it.

The same data give the same bytes under the same key, so that a repeat after a crash changes nothing.
"""

import hashlib
from datetime import datetime
from typing import Final
from uuid import UUID

from shared.audit import service as audit
from shared.audit.service import SYSTEM
from shared.db.session import Transactions
from shared.documents import events, making, notices
from shared.documents.models import ContractTemplate, Document, DocumentStatus
from shared.documents.reading import file_key
from shared.observability import checkpoints
from shared.outbox import service as outbox
from shared.ports.pdf import BadDocumentData, PdfRenderer, UnknownTemplate
from shared.ports.storage import ObjectStorage

_PDF: Final = "application/pdf"


def render(
    transactions: Transactions,
    message_id: UUID,
    document_id: UUID,
    *,
    renderer: PdfRenderer,
    storage: ObjectStorage,
    now: datetime,
) -> None:
    """Make the file of a document that is being rendered; a second worker finds the work done."""
    with transactions() as session:
        document = session.get_one(Document, document_id)
        if document.status is not DocumentStatus.RENDERING:
            return
        template = session.get_one(ContractTemplate, document.template_id)
        contents = making.contents_of(session, document)
    try:
        content = renderer.render(
            template.name, template.version, contents, document_id=document_id, dated=document.created_at
        )
    except (BadDocumentData, UnknownTemplate) as fault:
        _give_up(transactions, message_id, document_id, type(fault).__name__, now)
        return
    checkpoints.reached("render.after_render")
    storage.put(file_key(document_id), content, content_type=_PDF)
    checkpoints.reached("render.after_put")
    _record(transactions, message_id, document_id, content, now)


def _record(
    transactions: Transactions, message_id: UUID, document_id: UUID, content: bytes, now: datetime
) -> None:
    with transactions() as session:
        message = outbox.claim(session, message_id)
        if message is None:
            return
        document = session.get_one(Document, document_id, with_for_update=True, populate_existing=True)
        document.status = DocumentStatus.READY
        document.sha256 = hashlib.sha256(content).digest()
        document.size_bytes = len(content)
        document.rendered_at = now
        events.append(
            session,
            document,
            events.RENDERED,
            actor_id=None,
            facts={"sha256": document.sha256.hex(), "size_bytes": str(len(content))},
            now=now,
        )
        audit.record(
            session,
            SYSTEM,
            "document.ready",
            entity=("document", document_id),
            before={"status": DocumentStatus.RENDERING},
            after={"status": DocumentStatus.READY, "sha256": document.sha256.hex()},
            now=now,
        )
        notices.ask_each(session, document, notices.READY, now=now)
        outbox.done(message, now=now)
    checkpoints.reached("render.after_commit")


def _give_up(
    transactions: Transactions, message_id: UUID, document_id: UUID, error_code: str, now: datetime
) -> None:
    """The data can't fill the template: no repeat helps, a person must look."""
    with transactions() as session:
        message = outbox.claim(session, message_id)
        if message is None:
            return
        session.get_one(Document, document_id, with_for_update=True).status = DocumentStatus.FAILED
        audit.record(
            session,
            SYSTEM,
            "document.failed",
            entity=("document", document_id),
            before={"status": DocumentStatus.RENDERING},
            after={"status": DocumentStatus.FAILED, "reason": error_code},
            now=now,
        )
        outbox.give_up(session, message, error_code, now=now)
