"""Changing one's password: by the present one, or by a code to the mailbox."""

from collections.abc import Collection
from datetime import datetime
from functools import partial
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import Actor
from shared.auth import (
    codes,
    contact_changes,
    notices,
    password_attempts,
    password_holders,
    password_rules,
    password_texts,
    sending,
    session_ending,
)
from shared.auth.errors import NoLiveCode
from shared.auth.models import CodeChannel, CodePurpose
from shared.auth.password_attempts import Counted
from shared.auth.password_errors import WrongCurrentPassword
from shared.auth.staff_models import StaffMember
from shared.config import auth
from shared.db.session import Transactions
from shared.kernel.roles import Role
from shared.ports.email import EmailSender
from shared.security.passwords import hash_password, password_matches
from shared.users import service as users
from shared.users.models import User, UserStatus


class _Present(NamedTuple):
    password_hash: str | None
    role: Role
    own: Collection[str]
    counted: Counted


def send_code(
    transactions: Transactions, *, email_sender: EmailSender, email: str, ip: str, now: datetime
) -> None:
    """Send a letter to any address: who has a password finds a code in it, others read that they have none.

    :raises CodeTooSoon, CodeBudgetSpent, RecipientRefused, SendingUnavailable: see ``sending.by_email``
    """
    with transactions() as session:
        user = _holder(session, email, now)
        user_id = None if user is None else user.id
    letter_of = partial(password_texts.reset, email, minutes=auth.load().code_seconds // 60)
    sending.by_email(
        transactions,
        email_sender,
        purpose=CodePurpose.RESET_PASSWORD,
        email=email,
        user_id=user_id,
        bound_to="",
        letter_of=letter_of if user_id is not None else partial(password_texts.nothing_to_reset, email),
        ip=ip,
        now=now,
    )


def reset(
    transactions: Transactions,
    *,
    email: str,
    code: str,
    password: str,
    ip: str,
    user_agent: str,
    now: datetime,
) -> None:
    """Set a new password; every session of the person ends. Staff still needs the second factor to sign in.

    The code proves the mailbox too.

    :raises CodeRefused: see ``codes.confirm``; the same for an address without a password
    :raises WeakPassword: see ``password_rules.check``; the code stays good
    """
    password_rules.check(password, role=Role.AGENCY_ADMIN, own=(email,))
    hashed = hash_password(password, cost=auth.load().bcrypt_cost)
    with transactions() as session:
        codes.confirm(
            session, purpose=CodePurpose.RESET_PASSWORD, address=email, bound_to="", code=code, now=now
        )
        user = _holder(session, email, now)
        if user is None:
            raise NoLiveCode
        password_rules.check(password, role=_role(session, user.id), own=_own(session, user))
        actor = Actor(user.id, ip, user_agent)
        if user.email_verified_at is None or users.contacts(session, user).email != email:
            _prove_mailbox(session, user, email, actor, now)
        _set(session, user, hashed, "user.password_reset", actor, now)
        session_ending.revoke_all(session, user_id=user.id, reason="password_reset", actor=actor, now=now)


def change(
    transactions: Transactions,
    *,
    user_id: UUID,
    session_id: UUID,
    current_password: str,
    new_password: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Set a new password; every other session of the person ends.

    :raises WrongCurrentPassword: also where there is none, or another request was faster
    :raises WeakPassword: see ``password_rules.check``
    :raises TooManyAttempts: before the present one is looked at
    """
    with transactions() as session:
        present = _present(session, user_id, ip=actor.ip or "", now=now)
    password_rules.check(new_password, role=present.role, own=present.own, field="new_password")
    cost = auth.load().bcrypt_cost
    matches = password_matches(current_password, present.password_hash, cost=cost)
    hashed = hash_password(new_password, cost=cost) if matches else ""
    with transactions() as session:
        user = session.get_one(User, user_id, with_for_update=True)
        if not matches or user.password_hash != present.password_hash:
            audit.record(session, actor, "user.password_refused", entity=("user", user_id), now=now)
            raise WrongCurrentPassword
        password_attempts.forgive(session, present.counted)
        _set(session, user, hashed, "user.password_changed", actor, now)
        session_ending.revoke_all(
            session, user_id=user_id, reason="password_changed", keep=session_id, actor=actor, now=now
        )


def _holder(session: Session, email: str, now: datetime) -> User | None:
    """Whose password a letter to the address may reset.

    An account that only typed the address in, but proved a phone, has an owner already: he proves the address first.
    """
    user = password_holders.find(session, email)
    if user is not None and (user.email_verified_at is not None or user.phone_verified_at is None):
        return None if user.status is UserStatus.ERASED else user
    recovered = contact_changes.recovered_by(session, CodeChannel.EMAIL, email, now=now)
    return recovered if recovered is not None and recovered.password_hash is not None else None


def _prove_mailbox(session: Session, user: User, email: str, actor: Actor, now: datetime) -> None:
    recovered = contact_changes.claim(
        session, CodeChannel.EMAIL, email, ip=actor.ip or "", user_agent=actor.user_agent or "", now=now
    )
    if recovered is None:
        users.take_email(session, user_id=user.id, email=email, actor=actor, now=now)


def _present(session: Session, user_id: UUID, *, ip: str, now: datetime) -> _Present:
    user = session.get_one(User, user_id)
    counted = password_attempts.count(
        session, password_attempts.PASSWORD, account=f"user {user_id}", user_id=user_id, ip=ip, now=now
    )
    return _Present(user.password_hash, _role(session, user_id), _own(session, user), counted)


def _role(session: Session, user_id: UUID) -> Role:
    """Whose rules hold for the password."""
    member = session.get(StaffMember, user_id)
    return Role.AGENCY_ADMIN if member is None else Role(member.role.value)


def _own(session: Session, user: User) -> list[str]:
    contacts, profile = users.contacts(session, user), users.profile_of(session, user.id)
    return [
        each for each in (contacts.email, contacts.phone, profile.full_name, profile.inn) if each is not None
    ]


def _set(session: Session, user: User, password_hash: str, action: str, actor: Actor, now: datetime) -> None:
    user.password_hash = password_hash
    user.password_changed_at = user.updated_at = now
    session.flush()
    audit.record(session, actor, action, entity=("user", user.id), now=now)
    notices.ask_about_person(session, notices.PASSWORD_CHANGED, user.id, now=now)
