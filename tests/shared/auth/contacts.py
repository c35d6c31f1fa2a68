from datetime import UTC, datetime, timedelta
from uuid import UUID

from shared.audit.service import Actor
from shared.auth import (
    contacts,
)
from shared.db.session import Transactions, transaction
from shared.users import service as users
from shared.users.models import User
from tests.builders import people
from tests.builders.people import Person
from tests.shared.auth.postmen import MailPostman, SmsPostman

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ACTOR = Actor(None, "127.0.0.1", "pytest")


def a_client(*, may_sign: bool = False) -> Person:
    with transaction() as session:
        return people.a_client(session, NOW, may_sign=may_sign)


def phone_codes(
    user_id: UUID, phone: str, now: datetime = NOW, postman: SmsPostman | None = None
) -> SmsPostman:
    postman = postman or SmsPostman()
    contacts.send_phone_codes(
        Transactions(), sms_sender=postman, user_id=user_id, phone=phone, ip="127.0.0.1", now=now
    )
    return postman


def email_codes(user_id: UUID, email: str) -> MailPostman:
    postman = MailPostman()
    contacts.send_email_codes(
        Transactions(), email_sender=postman, user_id=user_id, email=email, ip="127.0.0.1", now=NOW
    )
    return postman


def confirm_phone(user_id: UUID, phone: str, code: str, current_code: str | None = None) -> None:
    with transaction() as session:
        contacts.confirm_phone(
            session,
            user_id=user_id,
            phone=phone,
            code=code,
            current_code=current_code,
            actor=Actor(user_id, "127.0.0.1", "pytest"),
            now=NOW,
        )


def confirm_email(user_id: UUID, email: str, code: str, current_code: str | None = None) -> None:
    with transaction() as session:
        contacts.confirm_email(
            session,
            user_id=user_id,
            email=email,
            code=code,
            current_code=current_code,
            actor=Actor(user_id, "127.0.0.1", "pytest"),
            now=NOW,
        )


def another(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def phone_of(user_id: UUID) -> str | None:
    with transaction() as session:
        user = session.get_one(User, user_id)
        return users.contacts(session, user).phone if user.phone_verified_at else None


def email_of(user_id: UUID) -> str | None:
    with transaction() as session:
        user = session.get_one(User, user_id)
        return users.contacts(session, user).email if user.email_verified_at else None
