"""The agencies' door: e-mail and password, for those who are admins of an agency."""

from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import Actor
from shared.auth import sessions
from shared.auth.errors import TooManyAttempts, WrongCredentials
from shared.auth.session_models import AuthSession
from shared.auth.sessions import TokenPair
from shared.config import auth
from shared.db.session import Transactions
from shared.kernel.identifiers import new_id
from shared.kernel.roles import Role
from shared.limits import service as limits
from shared.organizations.models import MemberRole, Organization, OrganizationKind, OrganizationMember
from shared.security.passwords import password_matches
from shared.users import service as users
from shared.vault import service as vault

_WINDOW: Final = timedelta(minutes=15)
#: failures within the window: of one address from one peer, of one peer, of one address from unknown peers
_PER_PAIR: Final = 10
_PER_PEER: Final = 50
_PER_ADDRESS: Final = 30
#: A peer from which the owner signed in lately is never held up by strangers who guess at his password.
_KNOWN_PEER_DAYS: Final = 90


class _Attempt(NamedTuple):
    #: None where this door is closed to whoever it is
    user_id: UUID | None
    password_hash: str | None
    #: what was counted as failed beforehand
    counted: tuple[bytes, ...]


def enter(
    transactions: Transactions, *, email: str, password: str, ip: str, user_agent: str, now: datetime
) -> TokenPair:
    """Check the password with no transaction open: it takes a quarter of a second of a core.

    :raises WrongCredentials: unknown address, wrong password, or no admin of an agency: the same answer and work
    :raises TooManyAttempts: before the password is looked at
    """
    with transactions() as session:
        attempt = _counted(session, email=email, ip=ip, now=now)
    matches = password_matches(password, attempt.password_hash, cost=auth.load().bcrypt_cost)
    with transactions() as session:
        actor = Actor(attempt.user_id, ip, user_agent)
        if attempt.user_id is None or not matches:
            if attempt.user_id is not None:
                entity = ("user", attempt.user_id)
                audit.record(session, actor, "session.password_refused", entity=entity, now=now)
            raise WrongCredentials
        limits.forget(session, _pair(email, ip))
        for subject in attempt.counted:
            limits.give_back(session, subject)
        return sessions.open_session(
            session,
            user_id=attempt.user_id,
            role=Role.AGENCY_ADMIN,
            ip=ip,
            user_agent=user_agent,
            now=now,
        )


def _counted(session: Session, *, email: str, ip: str, now: datetime) -> _Attempt:
    """Count the attempt as failed until it turns out right, so that parallel guesses don't slip through."""
    user = users.find_by_email(session, email)
    # Asked for unknown addresses too: the work is the same.
    user_id = user.id if user is not None else new_id()
    is_admin, known_peer = _is_agency_admin(session, user_id), _is_known_peer(session, user_id, ip, now)
    budgets = [(_pair(email, ip), _PER_PAIR), (_peer(ip), _PER_PEER)]
    if not known_peer:
        budgets.insert(1, (_address(email), _PER_ADDRESS))
    for subject, limit in budgets:
        limits.take(session, subject, limit=limit, window=_WINDOW, refusal=TooManyAttempts, now=now)
    counted = tuple(subject for subject, _ in budgets)
    if user is None or not is_admin:
        return _Attempt(None, None, counted)
    return _Attempt(user.id, user.password_hash, counted)


def _is_agency_admin(session: Session, user_id: UUID) -> bool:
    return bool(
        session.scalar(
            select(
                exists()
                .where(OrganizationMember.user_id == user_id)
                .where(OrganizationMember.member_role == MemberRole.ADMIN)
                .where(OrganizationMember.removed_at.is_(None))
                .where(Organization.id == OrganizationMember.organization_id)
                .where(Organization.kind == OrganizationKind.AGENCY)
            )
        )
    )


def _is_known_peer(session: Session, user_id: UUID, ip: str, now: datetime) -> bool:
    return bool(
        session.scalar(
            select(
                exists()
                .where(AuthSession.user_id == user_id)
                .where(AuthSession.ip == ip)
                .where(AuthSession.created_at > now - timedelta(days=_KNOWN_PEER_DAYS))
            )
        )
    )


def _pair(email: str, ip: str) -> bytes:
    return vault.index_of("password-pair", f"{email}\x1f{ip}")


def _address(email: str) -> bytes:
    return vault.index_of("password-address", email)


def _peer(ip: str) -> bytes:
    return vault.index_of("password-peer", ip)
