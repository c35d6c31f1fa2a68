"""Telling the sides of a document that it can be read, or that it is signed: a letter, else a text message.

One outbox message per side. A notice may come twice after a crash between sending and recording: harmless, where a
lost one is not.
"""

from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from shared.config import web
from shared.db.session import Transactions
from shared.deals import service as deals
from shared.deals.models import DealParty
from shared.documents import reading
from shared.documents.models import Document, DocumentKind, DocumentSigner
from shared.organizations import service as organizations
from shared.outbox import sending
from shared.outbox import service as outbox
from shared.outbox.models import OutboxMessage, Topic
from shared.ports.email import EmailOutcome, EmailSender, Letter
from shared.ports.sms import SmsSender
from shared.users import service as users

READY: Final = "document.ready"
SEALED: Final = "document.sealed"

_SUBJECTS: Final = {
    READY: "{title} {number} готов к подписанию",
    SEALED: "{title} {number} подписан всеми сторонами",
}
_TEXTS: Final = {
    READY: "{title} {number} готов. Прочитайте и подпишите его: {link}",
    SEALED: "{title} {number} подписан всеми сторонами. Ваш экземпляр: {link}",
}
_TITLES: Final = {
    DocumentKind.SERVICE_CONTRACT: "Договор",
    DocumentKind.SERVICE_SUBCONTRACT: "Договор",
    DocumentKind.ACT_OF_COMPLETION: "Акт",
}


class _Notice(NamedTuple):
    email: str | None
    phone: str | None
    subject: str
    text: str


def ask_each(session: Session, document: Document, kind: str, *, now: datetime) -> None:
    """Ask for a notice to every side of the document; the client hears of an act once the executor has signed it."""
    sides = reading.signers_of(session, document.id)
    if kind == READY and document.kind is DocumentKind.ACT_OF_COMPLETION:
        sides = sides[:1]
    for side in sides:
        payload = {"document_id": str(document.id), "signer_id": str(side.id)}
        outbox.ask(session, Topic.JOBS, kind, payload, dedupe_key=f"{kind} {side.id}", now=now)


def tell(
    transactions: Transactions, message_id: UUID, *, emails: EmailSender, texts: SmsSender, now: datetime
) -> None:
    """Send one notice; a busy provider is tried again later, an unknown outcome is not repeated."""
    sending.deliver(
        transactions,
        message_id,
        prepare=_notice,
        send=lambda notice: _sent(notice, emails, texts),
        now=now,
    )


def _sent(notice: _Notice, emails: EmailSender, texts: SmsSender) -> str:
    if notice.email is not None:
        return emails.send(Letter(notice.email, notice.subject, notice.text)).outcome
    if notice.phone is not None:
        return texts.send(phone=notice.phone, text=notice.text, user_ip=None).outcome
    return EmailOutcome.REFUSED_RECIPIENT


def _notice(session: Session, message: OutboxMessage) -> _Notice:
    document = session.get_one(Document, UUID(message.payload["document_id"]))
    side = session.get_one(DocumentSigner, UUID(message.payload["signer_id"]))
    email, phone = _address(session, side)
    facts = {
        "title": _TITLES[document.kind],
        "number": document.number,
        "link": f"{web.load().public_url}/documents/{document.id}",
    }
    return _Notice(
        email, phone, _SUBJECTS[message.kind].format(**facts), _TEXTS[message.kind].format(**facts)
    )


def _address(session: Session, side: DocumentSigner) -> tuple[str | None, str | None]:
    if side.party_id is not None:
        party = deals.party_contacts(session, session.get_one(DealParty, side.party_id))
        return party.email, party.phone
    if side.organization_id is not None:
        agency = organizations.requisites(session, side.organization_id)
        return agency.email, agency.phone
    if side.user_id is None:
        return None, None
    person = users.contacts_of(session, side.user_id)
    return person.email, person.phone
