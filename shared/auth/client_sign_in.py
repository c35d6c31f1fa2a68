"""The clients' door: a code by e-mail. The first sign-in makes the person."""

from datetime import datetime
from functools import partial

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import Actor
from shared.auth import codes, contact_changes, sending, sessions, texts
from shared.auth.models import CodeChannel, CodePurpose
from shared.auth.sessions import TokenPair
from shared.config import auth
from shared.db.session import Transactions
from shared.kernel.roles import Role
from shared.ports.email import EmailSender
from shared.users import service as users
from shared.users.models import User


def send_code(
    transactions: Transactions, *, email_sender: EmailSender, email: str, ip: str, now: datetime
) -> None:
    """Send a code to any address: whether somebody has it doesn't show.

    :raises CodeTooSoon, CodeBudgetSpent, RecipientRefused, SendingUnavailable: see ``sending.by_email``
    """
    sending.by_email(
        transactions,
        email_sender,
        purpose=CodePurpose.SIGN_IN_CLIENT,
        email=email,
        user_id=None,
        bound_to="",
        letter_of=partial(texts.client_sign_in, email, minutes=auth.load().code_seconds // 60),
        ip=ip,
        now=now,
    )


def enter(session: Session, *, email: str, code: str, ip: str, user_agent: str, now: datetime) -> TokenPair:
    """:raises CodeRefused: see ``codes.confirm``"""
    used = codes.confirm(
        session, purpose=CodePurpose.SIGN_IN_CLIENT, address=email, bound_to="", code=code, now=now
    )
    user = (
        users.find_by_email(session, email)
        or contact_changes.claim(session, CodeChannel.EMAIL, email, ip=ip, user_agent=user_agent, now=now)
        or _newcomer(session, email, ip, user_agent, now)
    )
    used.user_id = user.id
    return sessions.open_session(
        session, user_id=user.id, role=Role.CLIENT, ip=ip, user_agent=user_agent, now=now
    )


def _newcomer(session: Session, email: str, ip: str, user_agent: str, now: datetime) -> User:
    try:
        with session.begin_nested():
            user = users.create(session, email=email, email_verified_at=now, now=now)
    except IntegrityError:
        # The person proved the same address elsewhere at this very moment.
        found = users.find_by_email(session, email)
        if found is None:
            raise
        return found
    actor = Actor(user.id, ip, user_agent)
    audit.record(session, actor, "user.created", entity=("user", user.id), now=now)
    return user
