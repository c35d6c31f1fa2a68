"""Telling an owner that money will go elsewhere: every contact of his, the old ones and the new one.

A message for each contact, so that one that fails hides no other. It may come twice, never not at all: where nobody
takes it, an operator is told.
"""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from shared.db.session import Transactions
from shared.kernel.clock import MOSCOW
from shared.organizations import service as organizations
from shared.organizations.models import MemberRole, Organization, OrganizationMember
from shared.organizations.payout_account_models import PayoutAccount, PayoutAccountKind
from shared.organizations.payout_details import SbpPhone, opened
from shared.outbox import sending
from shared.outbox import service as outbox
from shared.outbox.models import Topic
from shared.ports.email import EmailSender, Letter
from shared.ports.sms import SmsSender
from shared.users import service as users
from shared.users.models import User
from shared.vault import service as vault
from shared.vault.service import KeyDestroyed, Sealer

#: kind of the outbox message; payload {"account_id", "event", "whose", "id", "by"}
CHANGED: Final = "payout_account.changed"


class Event(StrEnum):
    ADDED = "added"
    CONFIRMED = "confirmed"
    MADE_DEFAULT = "made_default"
    REMOVED = "removed"


class Whose(StrEnum):
    """Whose contact a message goes to."""

    USER = "user"
    ORGANIZATION = "organization"
    ACCOUNT = "account"  # the phone that an account names


class By(StrEnum):
    EMAIL = "email"
    PHONE = "phone"


class _Recipient(NamedTuple):
    whose: Whose
    id: UUID
    by: By


class _Notice(NamedTuple):
    by: By
    address: str
    text: str


_SUBJECT: Final = "Изменён счёт для выплат"
_TEXTS: Final = {
    Event.ADDED: "добавлен счёт для выплат. {when}",
    Event.CONFIRMED: "подтверждён счёт для выплат организации. {when}",
    Event.MADE_DEFAULT: "изменён основной счёт для выплат. {when}",
    Event.REMOVED: "удалён счёт для выплат.",
}
_WHEN: Final = "Он начнёт действовать {when} (МСК)."
_NOT_YET: Final = "Его ещё должен подтвердить подписант."
_NOT_YOU: Final = "Если это сделали не вы, сразу напишите в поддержку."


def ask(
    session: Session, account: PayoutAccount, event: Event, *, former: PayoutAccount | None, now: datetime
) -> None:
    """Ask for a notice to everybody whom the change concerns.

    :param former: the default that it replaces: its phone is told too
    """
    for recipient in set(_recipients(session, account, former)):
        payload = {
            "account_id": str(account.id),
            "event": event.value,
            "whose": recipient.whose.value,
            "id": str(recipient.id),
            "by": recipient.by.value,
        }
        key = f"{CHANGED} {account.id} {event} {recipient.whose} {recipient.id} {recipient.by} {now.isoformat()}"
        outbox.ask(session, Topic.JOBS, CHANGED, payload, dedupe_key=key, now=now)


def tell(
    transactions: Transactions, message_id: UUID, *, emails: EmailSender, texts: SmsSender, now: datetime
) -> None:
    """Send one notice; a busy provider is tried again later, an unknown outcome is not repeated."""
    sending.deliver(
        transactions,
        message_id,
        prepare=lambda session, message: _notice(session, message.payload),
        send=lambda notice: _sent(notice, emails, texts),
        now=now,
    )


def _recipients(
    session: Session, account: PayoutAccount, former: PayoutAccount | None
) -> Iterator[_Recipient]:
    if account.owner_organization_id is not None:
        yield _Recipient(Whose.ORGANIZATION, account.owner_organization_id, By.EMAIL)
        yield _Recipient(Whose.ORGANIZATION, account.owner_organization_id, By.PHONE)
        for admin_id in _admins(session, account.owner_organization_id):
            yield from _proved(session.get_one(User, admin_id))
    if account.owner_user_id is not None:
        person = session.get_one(User, account.owner_user_id)
        yield from _proved(person)
        own = users.contacts(session, person).phone if person.phone_verified_at is not None else None
        for each in (account, former):
            if each is not None and _names_other_phone(session, each, own):
                yield _Recipient(Whose.ACCOUNT, each.id, By.PHONE)


def _proved(user: User) -> Iterator[_Recipient]:
    if user.email_verified_at is not None:
        yield _Recipient(Whose.USER, user.id, By.EMAIL)
    if user.phone_verified_at is not None:
        yield _Recipient(Whose.USER, user.id, By.PHONE)


def _names_other_phone(session: Session, account: PayoutAccount, own: str | None) -> bool:
    if account.kind is not PayoutAccountKind.SBP_PHONE:
        return False
    details = opened(session, account)
    return isinstance(details, SbpPhone) and details.phone != own


def _admins(session: Session, organization_id: UUID) -> set[UUID]:
    rows = session.scalars(
        organizations.live_members(organization_id).where(OrganizationMember.member_role == MemberRole.ADMIN)
    )
    return {row.user_id for row in rows}


def _notice(session: Session, payload: dict[str, str]) -> _Notice | None:
    """None where the contact is gone meanwhile: his data was erased, or he proved another."""
    account = session.get_one(PayoutAccount, UUID(payload["account_id"]))
    recipient = _Recipient(Whose(payload["whose"]), UUID(payload["id"]), By(payload["by"]))
    try:
        address = _address(session, recipient)
    except KeyDestroyed:
        address = None
    if address is None:
        return None
    return _Notice(recipient.by, address, _text(account, Event(payload["event"])))


def _text(account: PayoutAccount, event: Event) -> str:
    when = _NOT_YET
    if account.usable_from is not None:
        when = _WHEN.format(when=account.usable_from.astimezone(MOSCOW).strftime("%d.%m.%Y в %H:%M"))
    return f"Housler: {_TEXTS[event].format(when=when)} {_NOT_YOU}"


def _address(session: Session, recipient: _Recipient) -> str | None:
    match recipient.whose:
        case Whose.USER:
            user = session.get_one(User, recipient.id)
            contacts = users.contacts(session, user)
            if recipient.by is By.EMAIL:
                return contacts.email if user.email_verified_at is not None else None
            return contacts.phone if user.phone_verified_at is not None else None
        case Whose.ORGANIZATION:
            row = session.get_one(Organization, recipient.id)
            sealer = Sealer(vault.key_of(session, row.id), table=Organization.__tablename__, row=row.id)
            return (
                sealer.open("email", row.email)
                if recipient.by is By.EMAIL
                else sealer.open("phone", row.phone)
            )
        case Whose.ACCOUNT:
            details = opened(session, session.get_one(PayoutAccount, recipient.id))
            return details.phone if isinstance(details, SbpPhone) else None


def _sent(notice: _Notice, emails: EmailSender, texts: SmsSender) -> str:
    if notice.by is By.EMAIL:
        return emails.send(Letter(notice.address, _SUBJECT, notice.text + "\n")).outcome
    return texts.send(phone=notice.address, text=notice.text, user_ip=None).outcome
