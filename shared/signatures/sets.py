"""What one code signs: an ordered list of documents with their hashes, and what the person is shown."""

import hashlib
import json
from typing import Final, NamedTuple

from shared.documents.models import Document, DocumentKind

_TITLES: Final = {
    DocumentKind.SERVICE_CONTRACT: "договор оказания услуг",
    DocumentKind.SERVICE_SUBCONTRACT: "договор подряда на оказание услуг",
    DocumentKind.ACT_OF_COMPLETION: "акт об оказании услуг",
}


class DocumentSet(NamedTuple):
    documents: list[dict[str, str]]
    sha256: bytes
    text_shown: str
    #: what the SMS says before and after the code
    sms_subject: str


def of(documents: list[Document]) -> DocumentSet:
    """The set that binds the code: ids and hashes in the order shown."""
    entries = [
        {"document_id": str(document.id), "sha256": (document.sha256 or b"").hex()} for document in documents
    ]
    canonical = json.dumps(entries, separators=(",", ":"), sort_keys=True)
    named = "; ".join(
        f"{_TITLES[document.kind]} № {document.number}, SHA-256 {(document.sha256 or b'').hex()}"
        for document in documents
    )
    return DocumentSet(
        entries,
        hashlib.sha256(canonical.encode()).digest(),
        f"Подписываю простой электронной подписью (документов: {len(documents)}): {named}.",
        f"подпись {documents[0].number}, документов: {len(documents)}",
    )


def sms_text(code: str, subject: str) -> str:
    return f"Housler: код {code} — {subject}. Никому не сообщайте."
