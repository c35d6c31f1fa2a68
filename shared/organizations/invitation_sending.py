"""Sending the link of an invitation: a letter or a text message with a token that is made for it.

Should the process die between sending and recording, the link is sent anew with another token: the newest one works.
"""

from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from shared.config import secrets, web
from shared.db.session import Transactions
from shared.kernel.clock import MOSCOW
from shared.organizations.invitation_models import Invitation, InvitationChannel, InvitationStatus
from shared.organizations.invitation_reading import address_of
from shared.organizations.models import MemberRole, Organization
from shared.outbox import sending
from shared.outbox.models import OutboxMessage
from shared.ports.email import EmailSender, Letter
from shared.ports.sms import SmsSender
from shared.security.codes import new_token, token_hash

_ROLES: Final = {
    MemberRole.ADMIN: "администратор",
    MemberRole.AGENT: "агент",
    MemberRole.ACCOUNTANT: "бухгалтер",
    MemberRole.SIGNER: "подписант",
}
_SUBJECT: Final = "Приглашение в Housler"
_LETTER: Final = (
    "Здравствуйте!\n\n"
    "{organization} приглашает вас в Housler. Роль: {role}.\n\n"
    "Чтобы посмотреть приглашение и ответить, откройте ссылку до {until} (МСК):\n{link}\n\n"
    "По одной ссылке войти нельзя: понадобится вход с этим адресом. "
    "Если вы не ждали приглашения, просто не отвечайте на него.\n"
)
_TEXT: Final = "Housler: {organization} приглашает вас, роль: {role}. Ответьте до {until}: {link}"


class _Message(NamedTuple):
    channel: InvitationChannel
    address: str
    text: str


def send(
    transactions: Transactions, message_id: UUID, *, emails: EmailSender, texts: SmsSender, now: datetime
) -> None:
    """Send one invitation; a busy provider is tried again later, an unknown outcome is not repeated.

    Whoever invited sees that nobody answers, and has it sent again.
    """
    sending.deliver(
        transactions,
        message_id,
        prepare=lambda session, message: _prepared(session, message, now),
        send=lambda ready: _sent(ready, emails, texts),
        now=now,
    )


def _prepared(session: Session, message: OutboxMessage, now: datetime) -> _Message | None:
    """Give the invitation a new token; None where there is nothing to send any more."""
    invitation = session.get_one(Invitation, UUID(message.payload["invitation_id"]), with_for_update=True)
    if invitation.status is not InvitationStatus.PENDING or invitation.expires_at <= now:
        return None
    token = new_token()
    invitation.token_hash = token_hash(secrets.code_key(), token)
    organization = session.get_one(Organization, invitation.organization_id)
    template = _TEXT if invitation.channel is InvitationChannel.SMS else _LETTER
    return _Message(
        invitation.channel,
        address_of(session, invitation),
        template.format(
            organization=organization.short_name,
            role=_ROLES[invitation.member_role],
            until=invitation.expires_at.astimezone(MOSCOW).strftime("%d.%m.%Y %H:%M"),
            link=f"{web.load().public_url}/invitations/{token}",
        ),
    )


def _sent(message: _Message, emails: EmailSender, texts: SmsSender) -> str:
    if message.channel is InvitationChannel.SMS:
        return texts.send(phone=message.address, text=message.text, user_ip=None).outcome
    return emails.send(Letter(message.address, _SUBJECT, message.text)).outcome
