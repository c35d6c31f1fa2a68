"""Who may see a document, and the record that he opened it."""

from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import exists, or_, select, true
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from shared.access.rights import Reach
from shared.deals import service as deals
from shared.deals.models import Deal
from shared.deals.service import Viewer
from shared.documents import events
from shared.documents.errors import DocumentNotFound, DocumentNotReady
from shared.documents.models import Document, DocumentSigner, DocumentStatus
from shared.organizations.models import ServiceSubcontract

_READABLE: Final = frozenset({DocumentStatus.READY, DocumentStatus.SIGNED, DocumentStatus.SEALED})


class DocumentFacts(NamedTuple):
    document: Document
    signers: list[DocumentSigner]


class DocumentFile(NamedTuple):
    """Where the file lies and what a person sees it called."""

    key: str
    filename: str


def visible_document(session: Session, document_id: UUID, viewer: Viewer, *, lock: bool = False) -> Document:
    """:raises DocumentNotFound: also for somebody else's document"""
    query = select(Document).where(Document.id == document_id, _seen_by(viewer))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    document = session.scalars(query).one_or_none()
    if document is None:
        raise DocumentNotFound
    return document


def facts_of(session: Session, document_id: UUID, viewer: Viewer) -> DocumentFacts:
    document = visible_document(session, document_id, viewer)
    return DocumentFacts(document, signers_of(session, document_id))


def signers_of(session: Session, document_id: UUID) -> list[DocumentSigner]:
    return list(
        session.scalars(
            select(DocumentSigner)
            .where(DocumentSigner.document_id == document_id)
            .order_by(DocumentSigner.signing_order)
        )
    )


def open_file(session: Session, document_id: UUID, viewer: Viewer, *, now: datetime) -> DocumentFile:
    """The file to show: with its signature sheet once it has one. That it was opened is written down.

    :raises DocumentNotFound: also for somebody else's document
    :raises DocumentNotReady: it is still being made
    """
    document = visible_document(session, document_id, viewer, lock=True)
    if document.status not in _READABLE or document.sha256 is None:
        raise DocumentNotReady
    sealed = document.status is DocumentStatus.SEALED
    digest = document.sealed_sha256 if sealed and document.sealed_sha256 else document.sha256
    events.append(
        session, document, events.READ, actor_id=viewer.user_id, facts={"sha256": digest.hex()}, now=now
    )
    key = sealed_key(document.id) if sealed else file_key(document.id)
    return DocumentFile(key, f"{document.number}{'-подписан' if sealed else ''}.pdf")


def file_key(document_id: UUID) -> str:
    return f"documents/{document_id}/contract.pdf"


def sealed_key(document_id: UUID) -> str:
    return f"documents/{document_id}/signed.pdf"


def _seen_by(viewer: Viewer) -> ColumnElement[bool]:
    of_deal = exists().where(Deal.id == Document.deal_id, deals.seen_by(viewer))
    subcontract = ServiceSubcontract.id == Document.subcontract_id
    match viewer.reach:
        case Reach.ANY:
            return true()
        case Reach.OWN:
            return or_(of_deal, exists().where(subcontract, ServiceSubcontract.agent_id == viewer.user_id))
        case Reach.AGENCY if viewer.organization_id is not None:
            own = ServiceSubcontract.organization_id == viewer.organization_id
            return or_(of_deal, exists().where(subcontract, own))
    return of_deal
