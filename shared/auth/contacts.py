"""Proving a contact, and changing a proved one: the first takes a code to it, the second one to the old contact too."""

from datetime import datetime
from functools import partial
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from shared.audit.service import Actor
from shared.auth import codes, contact_changes, contact_texts, sending
from shared.auth.contact_errors import (
    ContactChangeNeedsHelp,
    CurrentCodeNeeded,
    EmailAlreadyVerified,
    PhoneAlreadyVerified,
)
from shared.auth.errors import CodeRefused, RecipientRefused
from shared.auth.models import CodeChannel, CodePurpose
from shared.config import auth
from shared.db.session import Transactions
from shared.ports.email import EmailSender
from shared.ports.sms import SmsSender
from shared.users import service as users
from shared.users.models import User
from shared.vault import service as vault

_PURPOSES: Final = {CodeChannel.SMS: CodePurpose.VERIFY_PHONE, CodeChannel.EMAIL: CodePurpose.VERIFY_EMAIL}


class _Plan(NamedTuple):
    #: the proved contact that gives way; None where there is none
    old: str | None
    #: an operator opened the new one, since the person can't answer at the old one
    recovering: bool
    #: what the codes to the new and to the old contact confirm
    new_bound_to: str
    old_bound_to: str

    @property
    def asked(self) -> str | None:
        """The old contact, where a code to it is needed."""
        return None if self.recovering else self.old


def send_phone_codes(
    transactions: Transactions,
    *,
    sms_sender: SmsSender,
    user_id: UUID,
    phone: str,
    ip: str,
    now: datetime,
) -> bool:
    """Send a code to a phone (E.164) that the person says is his, and one to the phone that it replaces.

    Whether another person has it doesn't show here: only who enters the code is told.

    :return: whether the old phone got a code too
    :raises PhoneAlreadyVerified: it is his already
    :raises ContactChangeNeedsHelp: nothing can be sent to the old one
    :raises CodeTooSoon, CodeBudgetSpent, RecipientRefused, SendingUnavailable: see ``sending.by_sms``
    """
    with transactions() as session:
        plan = _plan(session, session.get_one(User, user_id), CodeChannel.SMS, phone, now)
    send = partial(sending.by_sms, transactions, sms_sender, user_id=user_id, ip=ip, now=now)
    if plan.asked is not None:
        try:
            send(
                purpose=CodePurpose.CONFIRM_CONTACT,
                phone=plan.asked,
                bound_to=plan.old_bound_to,
                text_of=contact_texts.phone_change,
            )
        except RecipientRefused:
            raise ContactChangeNeedsHelp from None
    send(
        purpose=CodePurpose.VERIFY_PHONE,
        phone=phone,
        bound_to=plan.new_bound_to,
        text_of=contact_texts.phone_verification,
    )
    return plan.asked is not None


def send_email_codes(
    transactions: Transactions,
    *,
    email_sender: EmailSender,
    user_id: UUID,
    email: str,
    ip: str,
    now: datetime,
) -> bool:
    """Like ``send_phone_codes``, for an address.

    :raises EmailAlreadyVerified: it is his already
    """
    with transactions() as session:
        plan = _plan(session, session.get_one(User, user_id), CodeChannel.EMAIL, email, now)
    send = partial(sending.by_email, transactions, email_sender, user_id=user_id, ip=ip, now=now)
    minutes = auth.load().code_seconds // 60
    if plan.asked is not None:
        try:
            send(
                purpose=CodePurpose.CONFIRM_CONTACT,
                email=plan.asked,
                bound_to=plan.old_bound_to,
                letter_of=partial(contact_texts.email_change, plan.asked, minutes=minutes),
            )
        except RecipientRefused:
            raise ContactChangeNeedsHelp from None
    send(
        purpose=CodePurpose.VERIFY_EMAIL,
        email=email,
        bound_to=plan.new_bound_to,
        letter_of=partial(contact_texts.email_verification, email, minutes=minutes),
    )
    return plan.asked is not None


def confirm_phone(
    session: Session,
    *,
    user_id: UUID,
    phone: str,
    code: str,
    current_code: str | None,
    actor: Actor,
    now: datetime,
) -> None:
    """The person has proved the phone.

    :param current_code: from the phone that gives way, where there is one
    :raises CodeRefused: see ``codes.confirm``; also a code that another person asked for
    :raises CurrentCodeNeeded: a proved phone gives way, and ``current_code`` is missing
    :raises PhoneTaken: another person proved it before
    :raises PhoneAlreadyVerified: as in ``send_phone_codes``
    """
    _confirm(session, user_id, CodeChannel.SMS, phone, (code, current_code), actor, now)


def confirm_email(
    session: Session,
    *,
    user_id: UUID,
    email: str,
    code: str,
    current_code: str | None,
    actor: Actor,
    now: datetime,
) -> None:
    """Like ``confirm_phone``, for an address.

    :raises EmailTaken, EmailAlreadyVerified: as with phones
    """
    _confirm(session, user_id, CodeChannel.EMAIL, email, (code, current_code), actor, now)


def _confirm(
    session: Session,
    user_id: UUID,
    channel: CodeChannel,
    address: str,
    given: tuple[str, str | None],
    actor: Actor,
    now: datetime,
) -> None:
    # Of two confirmed at once, the second sees what the first has made.
    user = session.get_one(User, user_id, with_for_update=True, populate_existing=True)
    plan = _plan(session, user, channel, address, now)
    _use_up(session, plan, channel, address, given, now)
    if plan.recovering:
        contact_changes.claim(
            session, channel, address, ip=actor.ip or "", user_agent=actor.user_agent or "", now=now
        )
    elif plan.old is not None:
        contact_changes.make(session, user, channel, old=plan.old, new=address, actor=actor, now=now)
    elif channel is CodeChannel.SMS:
        users.take_phone(session, user_id=user_id, phone=address, actor=actor, now=now)
    else:
        users.take_email(session, user_id=user_id, email=address, actor=actor, now=now)


def _plan(session: Session, user: User, channel: CodeChannel, address: str, now: datetime) -> _Plan:
    old = contact_changes.proved(session, user, channel)
    if old == address:
        raise PhoneAlreadyVerified if channel is CodeChannel.SMS else EmailAlreadyVerified
    recovering = contact_changes.is_recovering(session, user.id, channel, address, now=now)
    # Indexes in place of addresses: what a code confirms is kept beside it.
    gives_way = "" if old is None else f" {vault.index_of('contact-old', old).hex()}"
    return _Plan(
        old,
        recovering,
        new_bound_to=f"{user.id}{gives_way}",
        old_bound_to=f"{user.id} {vault.index_of('contact-new', address).hex()}",
    )


def _use_up(
    session: Session,
    plan: _Plan,
    channel: CodeChannel,
    address: str,
    given: tuple[str, str | None],
    now: datetime,
) -> None:
    """Both codes or none: a right one isn't lost to a slip in the other."""
    code, current_code = given
    of_old = None
    if plan.asked is not None:
        if current_code is None:
            raise CurrentCodeNeeded
        of_old = codes.confirm(
            session,
            purpose=CodePurpose.CONFIRM_CONTACT,
            address=plan.asked,
            bound_to=plan.old_bound_to,
            code=current_code,
            now=now,
        )
    try:
        codes.confirm(
            session,
            purpose=_PURPOSES[channel],
            address=address,
            bound_to=plan.new_bound_to,
            code=code,
            now=now,
        )
    except CodeRefused:
        if of_old is not None:
            of_old.used_at = None
            session.flush()
        raise
