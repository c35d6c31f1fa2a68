"""Telling people what happened to their account: by letter or text message, through the outbox.

A notice carries no code and no link that signs in. It may come twice, never not at all.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from shared.auth import contact_changes, notices
from shared.config import web
from shared.db.session import Transactions
from shared.outbox import sending
from shared.outbox.models import OutboxMessage
from shared.ports.email import EmailOutcome, EmailSender, Letter
from shared.ports.sms import SmsSender
from shared.users import service as users
from shared.users.models import User, UserStatus


class _Notice(NamedTuple):
    """``address``: E.164, an e-mail address, or None where nobody can be told."""

    address: str | None
    subject: str
    text: str


def tell(
    transactions: Transactions, message_id: UUID, *, emails: EmailSender, texts: SmsSender, now: datetime
) -> None:
    """Send one notice; a busy provider is tried again later, and where nobody takes it an operator is told."""
    sending.deliver(
        transactions,
        message_id,
        prepare=lambda session, message: _NOTICES[message.kind](session, message),
        send=lambda notice: _sent(notice, emails, texts),
        now=now,
    )


def _sent(notice: _Notice, emails: EmailSender, texts: SmsSender) -> str:
    if notice.address is None:
        return EmailOutcome.REFUSED_RECIPIENT
    if "@" in notice.address:
        return emails.send(Letter(notice.address, notice.subject, notice.text + "\n")).outcome
    return texts.send(phone=notice.address, text=notice.text, user_ip=None).outcome


def _password_changed(session: Session, message: OutboxMessage) -> _Notice | None:
    user = session.get_one(User, UUID(message.payload["user_id"]))
    if user.status is UserStatus.ERASED:
        return None
    contacts = users.contacts(session, user)
    return _Notice(
        contacts.email or contacts.phone,
        "Пароль изменён",
        "Housler: пароль вашего аккаунта изменён, все другие сеансы завершены. Если это сделали не вы, сразу "
        "восстановите пароль и напишите в поддержку.",
    )


def _agency_registered(session: Session, message: OutboxMessage) -> _Notice | None:
    user = session.get_one(User, UUID(message.payload["user_id"]))
    if user.status is UserStatus.ERASED:
        return None
    return _Notice(
        users.contacts(session, user).email,
        "Заявка агентства принята",
        "Здравствуйте!\n\n"
        "Вы зарегистрировали агентство в Housler. Что дальше:\n"
        f"1. Войдите по этому адресу и паролю, который вы задали: {web.load().public_url}\n"
        "2. Подтвердите e-mail и телефон кодами.\n"
        "3. Заполните реквизиты. После этого оператор проверит заявку.\n\n"
        "Если вы не регистрировали агентство, ничего делать не нужно: без подтверждения адреса заявку не одобрят.",
    )


def _contact_changed(session: Session, message: OutboxMessage) -> _Notice | None:
    addresses = contact_changes.addresses(session, UUID(message.payload["change_id"]))
    if addresses is None or addresses.old is None:
        return None
    return _Notice(
        addresses.old,
        "Контакт изменён",
        "Housler: вместо этого контакта в вашем аккаунте указан другой. Выплаты приостановлены на 24 часа. "
        "Если это сделали не вы, сразу напишите в поддержку.",
    )


def _recovery_opened(session: Session, message: OutboxMessage) -> _Notice | None:
    addresses = contact_changes.addresses(session, UUID(message.payload["change_id"]))
    if addresses is None or addresses.old is None:
        return None
    return _Notice(
        addresses.old,
        "Меняется контакт вашего аккаунта",
        "Housler: по обращению в поддержку этот контакт в вашем аккаунте заменят другим. "
        "Если обращались не вы, сразу напишите в поддержку.",
    )


def _recovery_offered(session: Session, message: OutboxMessage) -> _Notice | None:
    addresses = contact_changes.addresses(session, UUID(message.payload["change_id"]))
    if addresses is None:
        return None
    return _Notice(
        addresses.new,
        "Восстановление доступа",
        "Housler: чтобы восстановить доступ, войдите с этим контактом по коду в течение трёх дней. "
        "Если вы не обращались в поддержку, ничего не делайте.",
    )


_NOTICES: Final[Mapping[str, Callable[[Session, OutboxMessage], _Notice | None]]] = {
    notices.PASSWORD_CHANGED: _password_changed,
    notices.AGENCY_REGISTERED: _agency_registered,
    notices.CONTACT_CHANGED: _contact_changed,
    notices.RECOVERY_OPENED: _recovery_opened,
    notices.RECOVERY_OFFERED: _recovery_offered,
}
#: kinds that ``tell`` does
KINDS: Final = frozenset(_NOTICES)
