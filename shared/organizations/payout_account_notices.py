"""Telling a person that his payouts go elsewhere from tomorrow: a letter, and a text message where no letter got there.

It may come twice, never not at all: what a letter's silence leaves open, a text message says again.
"""

from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from shared.db.session import Transactions
from shared.kernel.clock import MOSCOW
from shared.organizations.payout_account_models import PayoutAccount
from shared.outbox import service as outbox
from shared.outbox.models import OutboxMessage, OutboxStatus, Topic
from shared.ports.email import EmailOutcome, EmailSender, Letter
from shared.ports.sms import SmsOutcome, SmsSender
from shared.users import service as users
from shared.users.models import User

#: kind of the outbox message; payload {"account_id"}
CHANGED: Final = "payout_account.changed"

_SUBJECT: Final = "Изменён счёт для выплат"
_TEXT: Final = (
    "Housler: изменён банк, в который приходят ваши выплаты. Он начнёт действовать {when} (МСК). "
    "Если это сделали не вы, сразу напишите в поддержку."
)
_AGAIN: Final = frozenset({SmsOutcome.TRY_LATER, SmsOutcome.COOL_DOWN})
_LOST: Final = frozenset({SmsOutcome.REFUSED, SmsOutcome.REFUSED_RECIPIENT})


class _Notice(NamedTuple):
    """To contacts that the person has proved."""

    email: str | None
    phone: str | None
    text: str


def ask(session: Session, account: PayoutAccount, *, now: datetime) -> None:
    """Ask for the notice of a changed account."""
    payload = {"account_id": str(account.id)}
    outbox.ask(session, Topic.JOBS, CHANGED, payload, dedupe_key=f"{CHANGED} {account.id}", now=now)


def tell(
    transactions: Transactions, message_id: UUID, *, emails: EmailSender, texts: SmsSender, now: datetime
) -> None:
    """Send the notice; a busy provider is tried again later, and where nobody takes it an operator is told."""
    with transactions() as session:
        message = session.get_one(OutboxMessage, message_id)
        if message.status is not OutboxStatus.PENDING:
            return
        notice = _notice(session, UUID(message.payload["account_id"]))
    outcome = _sent(notice, emails, texts)
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


def _notice(session: Session, account_id: UUID) -> _Notice:
    account = session.get_one(PayoutAccount, account_id)
    user = session.get_one(User, account.owner_user_id)
    contacts = users.contacts(session, user)
    return _Notice(
        contacts.email if user.email_verified_at is not None else None,
        contacts.phone if user.phone_verified_at is not None else None,
        _TEXT.format(
            when=(account.usable_from or account.created_at).astimezone(MOSCOW).strftime("%d.%m.%Y в %H:%M")
        ),
    )


def _sent(notice: _Notice, emails: EmailSender, texts: SmsSender) -> SmsOutcome:
    if notice.email is not None:
        match emails.send(Letter(notice.email, _SUBJECT, notice.text + "\n")).outcome:
            case EmailOutcome.ACCEPTED:
                return SmsOutcome.ACCEPTED
            case EmailOutcome.TRY_LATER:
                return SmsOutcome.TRY_LATER
    if notice.phone is None:
        return SmsOutcome.REFUSED_RECIPIENT
    return texts.send(phone=notice.phone, text=notice.text, user_ip=None).outcome
