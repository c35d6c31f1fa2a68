"""The letter that tells an organization whether an operator has approved it."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from shared.config import web
from shared.db.session import Transactions
from shared.organizations.models import Organization, OrganizationStatus
from shared.outbox import sending
from shared.outbox import service as outbox
from shared.outbox.models import Topic
from shared.ports.email import EmailSender, Letter
from shared.ports.sms import SmsSender
from shared.vault import service as vault
from shared.vault.service import Sealer

#: kind of the outbox message; payload {"organization_id"}
JUDGED: Final = "organization.judged"

_SUBJECTS: Final = {
    OrganizationStatus.ACTIVE: "Организация подключена к Housler",
    OrganizationStatus.REJECTED: "Организация не подключена к Housler",
}
_TEXTS: Final = {
    OrganizationStatus.ACTIVE: (
        "Здравствуйте!\n\n{name}: данные проверены, можно работать.\n\nЛичный кабинет: {link}\n"
    ),
    OrganizationStatus.REJECTED: (
        "Здравствуйте!\n\n{name}: подключить организацию не удалось.\nПричина: {reason}\n\n"
        "Исправьте данные и подайте заявку ещё раз: {link}\n"
    ),
}


def ask(session: Session, organization: Organization, *, now: datetime) -> None:
    """Ask for the letter; an organization is approved or rejected once."""
    payload = {"organization_id": str(organization.id)}
    outbox.ask(session, Topic.JOBS, JUDGED, payload, dedupe_key=f"{JUDGED} {organization.id}", now=now)


def tell(
    transactions: Transactions,
    message_id: UUID,
    *,
    emails: EmailSender,
    texts: SmsSender,  # noqa: ARG001 -- every job is handed both senders
    now: datetime,
) -> None:
    """Send the letter; a busy provider is tried again later, an unknown outcome is not repeated."""
    sending.deliver(
        transactions,
        message_id,
        prepare=lambda session, message: _letter(session, UUID(message.payload["organization_id"])),
        send=lambda letter: emails.send(letter).outcome,
        now=now,
    )


def _letter(session: Session, organization_id: UUID) -> Letter | None:
    """None where it was blocked before the letter went out: it would no longer be true."""
    row = session.get_one(Organization, organization_id)
    if row.status not in _TEXTS:
        return None
    sealer = Sealer(vault.key_of(session, row.id), table=Organization.__tablename__, row=row.id)
    text = _TEXTS[row.status].format(
        name=row.short_name, reason=row.status_reason, link=web.load().public_url
    )
    return Letter(sealer.open("email", row.email), _SUBJECTS[row.status], text)
