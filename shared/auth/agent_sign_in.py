"""The agents' door: a code by SMS. The first sign-in makes the person."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import Actor
from shared.auth import codes, contact_changes, registrations, sending, sessions, texts
from shared.auth.models import CodeChannel, CodePurpose
from shared.auth.sessions import TokenPair
from shared.db.session import Transactions
from shared.kernel.roles import Role
from shared.ports.sms import SmsSender
from shared.users import service as users
from shared.users.models import User


def send_code(
    transactions: Transactions, *, sms_sender: SmsSender, phone: str, ip: str, now: datetime
) -> None:
    """Send a code to any mobile number: whether somebody has it doesn't show.

    :raises CodeTooSoon, CodeBudgetSpent, RecipientRefused, SendingUnavailable: see ``sending.by_sms``
    """
    sending.by_sms(
        transactions,
        sms_sender,
        purpose=CodePurpose.SIGN_IN_AGENT,
        phone=phone,
        user_id=None,
        bound_to="",
        text_of=texts.agent_sign_in,
        ip=ip,
        now=now,
    )


def enter(
    session: Session,
    *,
    phone: str,
    code: str,
    registration_id: UUID | None,
    ip: str,
    user_agent: str,
    now: datetime,
) -> TokenPair:
    """Sign in; a new person begins with what he told when he registered (``registrations.waiting``).

    :raises CodeRefused: see ``codes.confirm``
    """
    used = codes.confirm(
        session, purpose=CodePurpose.SIGN_IN_AGENT, address=phone, bound_to="", code=code, now=now
    )
    user = (
        users.find_by_phone(session, phone)
        or contact_changes.claim(session, CodeChannel.SMS, phone, ip=ip, user_agent=user_agent, now=now)
        or _newcomer(session, phone, registration_id, ip, user_agent, now)
    )
    used.user_id = user.id
    return sessions.open_session(
        session, user_id=user.id, role=Role.AGENT, ip=ip, user_agent=user_agent, now=now
    )


def _newcomer(
    session: Session, phone: str, registration_id: UUID | None, ip: str, user_agent: str, now: datetime
) -> User:
    registration = registrations.waiting(session, phone=phone, person_id=registration_id, ip=ip, now=now)
    try:
        with session.begin_nested():
            user = (
                users.create(session, phone=phone, phone_verified_at=now, now=now)
                if registration is None
                else registrations.apply(session, registration, phone=phone, now=now)
            )
    except IntegrityError:
        # The person proved the same phone elsewhere at this very moment.
        found = users.find_by_phone(session, phone)
        if found is None:
            raise
        return found
    actor = Actor(user.id, ip, user_agent)
    audit.record(session, actor, "user.created", entity=("user", user.id), now=now)
    return user
