"""Making a document: its row, its data and its signers, and the order to render it."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import Actor
from shared.documents import act_data, contract_data, events
from shared.documents.data_reading import read
from shared.documents.errors import ContractImpossible
from shared.documents.models import (
    ContractTemplate,
    Document,
    DocumentKind,
    DocumentSigner,
    DocumentStatus,
    SignerStatus,
)
from shared.kernel.clock import moscow_date
from shared.kernel.identifiers import new_id
from shared.outbox import service as outbox
from shared.outbox.models import Topic
from shared.ports.pdf import BadDocumentData
from shared.vault import service as vault
from shared.vault.models import KeyOwner

RENDER = "document.render"
SHAPES: Final[dict[DocumentKind, type]] = {
    DocumentKind.SERVICE_CONTRACT: contract_data.ServiceContract,
    DocumentKind.SERVICE_SUBCONTRACT: contract_data.ServiceSubcontract,
    DocumentKind.ACT_OF_COMPLETION: act_data.ActOfCompletion,
}


class Side(NamedTuple):
    """Who must sign: a deal's party, a person, or an organization through its signer."""

    name: str  # "Заказчик", "Исполнитель"
    party_id: UUID | None = None
    user_id: UUID | None = None
    organization_id: UUID | None = None


def make(
    session: Session,
    *,
    kind: DocumentKind,
    template: ContractTemplate,
    contents: Callable[[UUID, str], dict[str, Any]],
    sides: list[Side],
    deal_id: UUID | None = None,
    subcontract_id: UUID | None = None,
    terms_sha256: bytes | None = None,
    created_by: UUID,
    actor: Actor,
    now: datetime,
) -> Document:
    """Write down a document that is being rendered.

    :param contents: gives the template's data for a document id and number
    :param sides: in signing order
    :raises ContractImpossible: the data are no document of this kind
    """
    document_id = new_id()
    serial = session.execute(text("SELECT nextval('document_numbers')")).scalar_one()
    number = f"Д-{moscow_date(now).year}-{serial:06d}"
    document = Document(
        id=document_id,
        number=number,
        kind=kind,
        status=DocumentStatus.RENDERING,
        deal_id=deal_id,
        subcontract_id=subcontract_id,
        template_id=template.id,
        contents=_sealer(session, document_id, now).seal(
            "contents", json.dumps(_checked(kind, contents, document_id, number), ensure_ascii=False)
        ),
        terms_sha256=terms_sha256,
        created_by=created_by,
        created_at=now,
    )
    session.add(document)
    session.flush()
    session.add_all(_signer(document_id, order, side) for order, side in enumerate(sides, start=1))
    _write_down(session, document, actor, now)
    order = {"document_id": str(document_id)}
    outbox.ask(session, Topic.RENDER, RENDER, order, dedupe_key=order_key(document_id), now=now)
    return document


def order_key(document_id: UUID) -> str:
    return f"render {document_id}"


def seal_key(document_id: UUID) -> str:
    return f"seal {document_id}"


def contents_of(session: Session, document: Document) -> dict[str, Any]:
    sealer = vault.Sealer(vault.key_of(session, document.id), table=Document.__tablename__, row=document.id)
    contents: dict[str, Any] = json.loads(sealer.open("contents", document.contents))
    return contents


def _write_down(session: Session, document: Document, actor: Actor, now: datetime) -> None:
    facts = {"number": document.number}
    events.append(session, document, events.CREATED, actor_id=document.created_by, facts=facts, now=now)
    audit.record(
        session,
        actor,
        "document.created",
        entity=("document", document.id),
        after={"kind": document.kind, "number": document.number, "status": document.status},
        now=now,
    )


def _checked(
    kind: DocumentKind, contents: Callable[[UUID, str], dict[str, Any]], document_id: UUID, number: str
) -> dict[str, Any]:
    """The data, read as the renderer will read them: what can't be rendered isn't written down."""
    try:
        data = contents(document_id, number)
        read(SHAPES[kind], data)
    except BadDocumentData as fault:
        raise ContractImpossible(fault.path) from None
    except ValueError as fault:
        raise ContractImpossible(str(fault)) from None
    return data


def _sealer(session: Session, document_id: UUID, now: datetime) -> vault.Sealer:
    key = vault.create_key(session, document_id, KeyOwner.RECORD, now=now)
    return vault.Sealer(key, table=Document.__tablename__, row=document_id)


def _signer(document_id: UUID, order: int, side: Side) -> DocumentSigner:
    return DocumentSigner(
        document_id=document_id,
        party_id=side.party_id,
        user_id=side.user_id,
        organization_id=side.organization_id,
        side=side.name,
        signing_order=order,
        status=SignerStatus.WAITING,
    )
