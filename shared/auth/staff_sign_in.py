"""The staff's door: e-mail and password, then a code of an authenticator (TOTP, RFC 6238) or a recovery code."""

import hmac
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import Actor
from shared.auth import password_attempts, password_holders, sessions, staff
from shared.auth.errors import WrongCredentials
from shared.auth.password_attempts import Counted
from shared.auth.sessions import TokenPair
from shared.auth.staff_errors import ChallengeOver, SecondFactorRefused
from shared.auth.staff_models import StaffChallenge, StaffMember, StaffRecoveryCode
from shared.config import auth, secrets
from shared.db.session import Transactions
from shared.kernel.identifiers import new_id
from shared.kernel.roles import Role
from shared.security.codes import new_token, token_hash
from shared.security.passwords import password_matches
from shared.users.models import User, UserStatus

CHALLENGE_LIFETIME: Final = timedelta(minutes=5)
TRIES: Final = 5
_STEP_SECONDS: Final = 30
#: clocks of people's devices differ (RFC 6238, 5.2)
_STEPS_OFF: Final = 1


class Challenge(NamedTuple):
    """``expires_in`` in seconds."""

    token: str
    expires_in: int


class _Attempt(NamedTuple):
    #: None where this door is closed to whoever it is
    user_id: UUID | None
    password_hash: str | None
    counted: Counted


def begin(
    transactions: Transactions, *, email: str, password: str, ip: str, user_agent: str, now: datetime
) -> Challenge:
    """Check the password with no transaction open; the second factor is asked for within five minutes.

    :raises WrongCredentials: unknown address, wrong password, no member of the staff any more: the same answer, work
    :raises TooManyAttempts: before the password is looked at
    """
    with transactions() as session:
        attempt = _counted(session, email=email, ip=ip, now=now)
    matches = password_matches(password, attempt.password_hash, cost=auth.load().bcrypt_cost)
    with transactions() as session:
        if attempt.user_id is None or not matches:
            if attempt.user_id is not None:
                _note(session, attempt.user_id, "session.password_refused", ip, user_agent, now)
            raise WrongCredentials
        password_attempts.forgive(session, attempt.counted)
        token = new_token()
        session.add(
            StaffChallenge(
                user_id=attempt.user_id,
                token_hash=token_hash(secrets.code_key(), token),
                ip=ip,
                user_agent=user_agent,
                tries=0,
                created_at=now,
                expires_at=now + CHALLENGE_LIFETIME,
            )
        )
    return Challenge(token, int(CHALLENGE_LIFETIME.total_seconds()))


def finish(
    session: Session,
    *,
    challenge_token: str,
    code: str | None,
    recovery_code: str | None,
    ip: str,
    user_agent: str,
    now: datetime,
) -> TokenPair:
    """Sign in by a code of the authenticator (six digits), or without the device by a recovery code; each works once.

    :param code: it, or ``recovery_code``
    :raises ChallengeOver: the password must be entered anew
    :raises SecondFactorRefused: it counts as a try
    :raises TooManyAttempts: before the code is looked at
    """
    challenge, member = _opened(session, challenge_token, now)
    counted = password_attempts.count(
        session,
        password_attempts.SECOND_FACTOR,
        account=str(member.user_id),
        user_id=member.user_id,
        ip=ip,
        now=now,
    )
    fits = (code is not None and _takes_code(session, member, code, now)) or (
        recovery_code is not None and _takes_recovery_code(session, member, recovery_code, now)
    )
    if not fits:
        challenge.tries += 1
        session.flush()
        _note(session, member.user_id, "session.second_factor_refused", ip, user_agent, now)
        raise SecondFactorRefused(TRIES - challenge.tries)
    if code is None:
        _note(session, member.user_id, "staff.recovery_code_used", ip, user_agent, now)
    challenge.used_at = now
    session.flush()
    password_attempts.forgive(session, counted)
    return sessions.open_session(
        session, user_id=member.user_id, role=Role(member.role.value), ip=ip, user_agent=user_agent, now=now
    )


def _counted(session: Session, *, email: str, ip: str, now: datetime) -> _Attempt:
    user = password_holders.find(session, email)
    # Asked for unknown addresses too: the work is the same.
    member = session.get(StaffMember, user.id if user is not None else new_id())
    counted = password_attempts.count(
        session,
        password_attempts.PASSWORD,
        account=email,
        user_id=user.id if user is not None else None,
        ip=ip,
        now=now,
    )
    if (
        user is None
        or user.status is not UserStatus.ACTIVE
        or member is None
        or member.disabled_at is not None
    ):
        return _Attempt(None, None, counted)
    return _Attempt(user.id, user.password_hash, counted)


def _opened(session: Session, challenge_token: str, now: datetime) -> tuple[StaffChallenge, StaffMember]:
    """The challenge and its member, both locked: parallel tries queue up here, and each counts."""
    challenge = session.scalars(
        select(StaffChallenge)
        .where(StaffChallenge.token_hash == token_hash(secrets.code_key(), challenge_token))
        .with_for_update()
    ).one_or_none()
    if challenge is None or challenge.used_at is not None or challenge.expires_at <= now:
        raise ChallengeOver
    member = session.get_one(StaffMember, challenge.user_id, with_for_update=True)
    user = session.get_one(User, challenge.user_id)
    changed_at = user.password_changed_at
    if (
        challenge.tries >= TRIES
        or member.disabled_at is not None
        or user.status is not UserStatus.ACTIVE
        or (changed_at is not None and changed_at > challenge.created_at)  # another password was entered
    ):
        raise ChallengeOver
    return challenge, member


def _takes_code(session: Session, member: StaffMember, code: str, now: datetime) -> bool:
    """Whether the code is of a 30-second step around now, later than the last one used."""
    import pyotp  # noqa: PLC0415 -- only this door's second step loads it

    totp = pyotp.TOTP(staff.totp_secret(session, member), interval=_STEP_SECONDS)
    current = int(now.timestamp()) // _STEP_SECONDS
    steps = range(current - _STEPS_OFF, current + _STEPS_OFF + 1)
    fitting = [step for step in steps if hmac.compare_digest(totp.generate_otp(step), code)]
    step = next(
        (step for step in fitting if member.totp_last_step is None or step > member.totp_last_step), None
    )
    if step is not None:
        member.totp_last_step = step
    return step is not None


def _takes_recovery_code(session: Session, member: StaffMember, recovery_code: str, now: datetime) -> bool:
    used = session.scalars(
        update(StaffRecoveryCode)
        .where(
            StaffRecoveryCode.user_id == member.user_id,
            StaffRecoveryCode.code_hash == staff.recovery_hash(recovery_code),
            StaffRecoveryCode.used_at.is_(None),
        )
        .values(used_at=now)
        .returning(StaffRecoveryCode.id)
    ).one_or_none()
    return used is not None


def _note(session: Session, user_id: UUID, action: str, ip: str, user_agent: str, now: datetime) -> None:
    audit.record(session, Actor(user_id, ip, user_agent), action, entity=("user", user_id), now=now)
