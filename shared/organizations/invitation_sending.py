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
from shared.outbox import service as outbox
from shared.outbox.models import OutboxMessage, OutboxStatus
from shared.ports.email import EmailOutcome, EmailSender, Letter
from shared.ports.sms import SmsOutcome, SmsSender
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
_AGAIN: Final = frozenset(
    {EmailOutcome.TRY_LATER.value, SmsOutcome.TRY_LATER.value, SmsOutcome.COOL_DOWN.value}
)
_LOST: Final = frozenset(
    {
        EmailOutcome.REFUSED.value,
        EmailOutcome.REFUSED_RECIPIENT.value,
        SmsOutcome.REFUSED.value,
        SmsOutcome.REFUSED_RECIPIENT.value,
    }
)


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
    with transactions() as session:
        ready = _prepared(session, message_id, now)
    if ready is None:
        return
    outcome = _sent(ready, emails, texts)
    with transactions() as session:
        claimed = outbox.claim(session, message_id)
        if claimed is None:
            return
        if outcome in _AGAIN:
            outbox.failed(session, claimed, outcome, now=now)
        elif outcome in _LOST:
            outbox.give_up(session, claimed, outcome, now=now)
        else:
            outbox.done(claimed, now=now)


def _prepared(session: Session, message_id: UUID, now: datetime) -> _Message | None:
    """Give the invitation a new token; None where there is nothing to send any more."""
    message = session.get_one(OutboxMessage, message_id)
    if message.status is not OutboxStatus.PENDING:
        return None
    invitation = session.get_one(Invitation, UUID(message.payload["invitation_id"]), with_for_update=True)
    if invitation.status is not InvitationStatus.PENDING or invitation.expires_at <= now:
        outbox.done(message, now=now)
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
