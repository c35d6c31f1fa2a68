"""What happened to a document, as a hash chain: each event's hash covers the one before."""

import hashlib
import json
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.documents.models import Document, DocumentEvent
from shared.kernel.clock import iso

_ROOT: Final = bytes(32)

CREATED: Final = "created"
RENDERED: Final = "rendered"
READ: Final = "read"  # its file was opened by a person
CODE_REQUESTED: Final = "code_requested"
SIGNED: Final = "signed"
SEALED: Final = "sealed"
VOIDED: Final = "voided"


class ChainBroken(NamedTuple):
    """The first event whose hash doesn't follow."""

    seq: int


def append(
    session: Session,
    document: Document,
    kind: str,
    *,
    actor_id: UUID | None,
    facts: dict[str, str],
    now: datetime,
) -> None:
    """Add an event; the document's row must be locked, so that the chain doesn't fork. Facts are never personal."""
    last = session.scalars(
        select(DocumentEvent)
        .where(DocumentEvent.document_id == document.id)
        .order_by(DocumentEvent.seq.desc())
        .limit(1)
    ).one_or_none()
    seq = 1 if last is None else last.seq + 1
    previous = _ROOT if last is None else last.hash
    session.add(
        DocumentEvent(
            document_id=document.id,
            seq=seq,
            kind=kind,
            actor_id=actor_id,
            facts=facts,
            previous_hash=previous,
            hash=event_hash(
                document.id, seq=seq, kind=kind, actor_id=actor_id, facts=facts, at=now, previous=previous
            ),
            recorded_at=now,
        )
    )
    session.flush()


def event_hash(
    document_id: UUID,
    *,
    seq: int,
    kind: str,
    actor_id: UUID | None,
    facts: dict[str, str],
    at: datetime,
    previous: bytes,
) -> bytes:
    """SHA-256 of canonical JSON: sorted keys, no spaces, UTC time with a Z, hex of the previous hash."""
    text = json.dumps(
        {
            "document_id": str(document_id),
            "seq": seq,
            "kind": kind,
            "actor_id": None if actor_id is None else str(actor_id),
            "facts": facts,
            "at": iso(at),
            "previous": previous.hex(),
        },
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )
    return hashlib.sha256(text.encode()).digest()


def verify(session: Session, document_id: UUID) -> ChainBroken | None:
    """Walk the chain; the first event that was edited, removed, inserted or reordered, None if all follow."""
    previous = _ROOT
    events = session.scalars(
        select(DocumentEvent).where(DocumentEvent.document_id == document_id).order_by(DocumentEvent.seq)
    )
    for expected_seq, event in enumerate(events, start=1):
        actual = event_hash(
            document_id,
            seq=event.seq,
            kind=event.kind,
            actor_id=event.actor_id,
            facts=event.facts,
            at=event.recorded_at,
            previous=previous,
        )
        if event.seq != expected_seq or event.previous_hash != previous or event.hash != actual:
            return ChainBroken(event.seq)
        previous = event.hash
    return None


def was_read_by(session: Session, document_id: UUID, user_id: UUID) -> bool:
    return (
        session.scalars(
            select(DocumentEvent.id)
            .where(
                DocumentEvent.document_id == document_id,
                DocumentEvent.kind == READ,
                DocumentEvent.actor_id == user_id,
            )
            .limit(1)
        ).one_or_none()
        is not None
    )
