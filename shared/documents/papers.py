"""The signed paper behind money that moves, for the cause of its posting."""

from typing import Final
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from shared.documents.models import Document, DocumentKind, DocumentStatus

#: an act may be accepted by the client's silence, unsigned
_IN_FORCE: Final = {
    DocumentKind.SERVICE_CONTRACT: (DocumentStatus.SIGNED, DocumentStatus.SEALED),
    DocumentKind.ACT_OF_COMPLETION: (DocumentStatus.READY, DocumentStatus.SIGNED, DocumentStatus.SEALED),
}


def paper_of(session: Session, deal_id: UUID, kind: DocumentKind) -> UUID | None:
    """The deal's contract or act that is in force, the newest where a contract was amended; None: there is none."""
    return session.scalar(in_force(deal_id, kind))


def in_force(deal_id: UUID | InstrumentedAttribute[UUID], kind: DocumentKind) -> Select[UUID]:
    """``paper_of`` as a part of another query."""
    return (
        select(Document.id)
        .where(Document.deal_id == deal_id, Document.kind == kind, Document.status.in_(_IN_FORCE[kind]))
        .order_by(Document.created_at.desc())
        .limit(1)
    )
