"""Proving one's phone: what a client does before he signs, and an agency's admin before he signs for it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from shared.audit.service import Actor
from shared.auth import codes, sending, texts
from shared.auth.errors import PhoneAlreadyVerified, PhoneChangeNeedsHelp
from shared.auth.models import CodePurpose
from shared.db.session import Transactions
from shared.ports.sms import SmsSender
from shared.users import service as users
from shared.users.models import User


def send_code(
    transactions: Transactions,
    *,
    sms_sender: SmsSender,
    user_id: UUID,
    phone: str,
    ip: str,
    now: datetime,
) -> None:
    """Send a code to a phone (E.164) that the person says is his.

    Whether another person has it doesn't show here: only who enters the code is told.

    :raises PhoneAlreadyVerified: it is his already
    :raises PhoneChangeNeedsHelp: he has another verified phone
    :raises CodeTooSoon, CodeBudgetSpent, RecipientRefused, SendingUnavailable: see ``sending.by_sms``
    """
    with transactions() as session:
        _refuse_change(session, session.get_one(User, user_id), phone)
    sending.by_sms(
        transactions,
        sms_sender,
        purpose=CodePurpose.VERIFY_PHONE,
        phone=phone,
        user_id=user_id,
        bound_to=str(user_id),
        text_of=texts.phone_verification,
        ip=ip,
        now=now,
    )


def confirm_phone(
    session: Session, *, user_id: UUID, phone: str, code: str, actor: Actor, now: datetime
) -> User:
    """The person has proved the phone.

    :raises CodeRefused: see ``codes.confirm``; also a code that another person asked for
    :raises PhoneTaken: another person proved it before
    :raises PhoneAlreadyVerified, PhoneChangeNeedsHelp: as in ``send_code``
    """
    # Of two confirmed at once, the second sees what the first has made.
    user = session.get_one(User, user_id, with_for_update=True, populate_existing=True)
    _refuse_change(session, user, phone)
    codes.confirm(
        session,
        purpose=CodePurpose.VERIFY_PHONE,
        address=phone,
        bound_to=str(user_id),
        code=code,
        now=now,
    )
    return users.take_phone(session, user_id=user_id, phone=phone, actor=actor, now=now)


def _refuse_change(session: Session, user: User, phone: str) -> None:
    if user.phone_verified_at is None:
        return
    if users.contacts(session, user).phone == phone:
        raise PhoneAlreadyVerified
    raise PhoneChangeNeedsHelp
