"""A document on the wire."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic import ConfigDict

from shared.documents.models import Document, DocumentSigner
from shared.documents.reading import DocumentFacts
from shared.http.inputs import ViewModel

_EXAMPLE: Final[dict[str, Any]] = {
    "id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e21",
    "number": "Д-2026-000042",
    "kind": "service_contract",
    "status": "ready",
    "deal_id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e11",
    "sha256": "6f1d0c1f4f6f4f2e9d2f3a4b5c6d7e8f90123456789abcdef0123456789abcde",
    "sealed_sha256": None,
    "size_bytes": 48_213,
    "signers": [{"side": "Заказчик", "status": "waiting"}, {"side": "Исполнитель", "status": "waiting"}],
    "created_at": "2026-11-24T10:00:00Z",
    "signed_at": None,
    "sealed_at": None,
}


class SignerView(ViewModel):
    side: str
    status: str

    @classmethod
    def of(cls, signer: DocumentSigner) -> "SignerView":
        return cls(side=signer.side, status=signer.status)


class DocumentView(ViewModel):
    """Hashes are lower-case hex of SHA-256: of the file that is signed, and of the one with its signature sheet."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    id: UUID
    number: str
    kind: str
    status: str
    deal_id: UUID | None
    sha256: str | None
    sealed_sha256: str | None
    size_bytes: int | None
    signers: list[SignerView]
    created_at: datetime
    signed_at: datetime | None
    sealed_at: datetime | None

    @classmethod
    def of(cls, facts: DocumentFacts) -> "DocumentView":
        document: Document = facts.document
        return cls(
            id=document.id,
            number=document.number,
            kind=document.kind,
            status=document.status,
            deal_id=document.deal_id,
            sha256=None if document.sha256 is None else document.sha256.hex(),
            sealed_sha256=None if document.sealed_sha256 is None else document.sealed_sha256.hex(),
            size_bytes=document.size_bytes,
            signers=[SignerView.of(signer) for signer in facts.signers],
            created_at=document.created_at,
            signed_at=document.signed_at,
            sealed_at=document.sealed_at,
        )
