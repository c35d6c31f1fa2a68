"""Sending a code: written down first, sent with no transaction open, its fate recorded in a second one."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from shared.auth import codes
from shared.auth.models import CodeChannel, CodePurpose
from shared.db.session import Transactions
from shared.ports.email import EmailSender, Letter
from shared.ports.sms import SmsSender


def by_sms(
    transactions: Transactions,
    sender: SmsSender,
    *,
    purpose: CodePurpose,
    phone: str,
    user_id: UUID | None,
    bound_to: str,
    text_of: Callable[[str], str],
    ip: str,
    now: datetime,
) -> UUID:
    """Issue a code and send it; the id of its ``OtpSession``.

    :param text_of: the message for a code
    :param ip: the peer's address, which the provider's own protection wants to see
    :raises CodeTooSoon, CodeBudgetSpent: see ``codes.issue``
    :raises RecipientRefused, SendingUnavailable: see ``codes.record_sms``
    """
    with transactions() as session:
        issued = codes.issue(
            session,
            purpose=purpose,
            channel=CodeChannel.SMS,
            address=phone,
            user_id=user_id,
            bound_to=bound_to,
            ip=ip,
            now=now,
        )
    result = sender.send(phone=phone, text=text_of(issued.code), user_ip=ip or None)
    with transactions() as session:
        codes.record_sms(session, issued.otp_id, result, now=now)
    return issued.otp_id


def by_email(
    transactions: Transactions,
    sender: EmailSender,
    *,
    purpose: CodePurpose,
    email: str,
    user_id: UUID | None,
    bound_to: str,
    letter_of: Callable[[str], Letter],
    ip: str,
    now: datetime,
) -> UUID:
    """Like ``by_sms``; e-mail codes sign in and prove addresses, they never sign or move money."""
    with transactions() as session:
        issued = codes.issue(
            session,
            purpose=purpose,
            channel=CodeChannel.EMAIL,
            address=email,
            user_id=user_id,
            bound_to=bound_to,
            ip=ip,
            now=now,
        )
    result = sender.send(letter_of(issued.code))
    with transactions() as session:
        codes.record_email(session, issued.otp_id, result, now=now)
    return issued.otp_id
