"""The agencies' door: e-mail and password, for those who are admins of an agency."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import Actor
from shared.auth import password_attempts, password_holders, sessions
from shared.auth.errors import WrongCredentials
from shared.auth.password_attempts import Counted
from shared.auth.sessions import TokenPair
from shared.config import auth
from shared.db.session import Transactions
from shared.kernel.identifiers import new_id
from shared.kernel.roles import Role
from shared.organizations.models import MemberRole, Organization, OrganizationKind, OrganizationMember
from shared.security.passwords import password_matches


class _Attempt(NamedTuple):
    #: None where this door is closed to whoever it is
    user_id: UUID | None
    password_hash: str | None
    counted: Counted


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
        if attempt.user_id is None or not matches:
            if attempt.user_id is not None:
                audit.record(
                    session,
                    Actor(attempt.user_id, ip, user_agent),
                    "session.password_refused",
                    entity=("user", attempt.user_id),
                    now=now,
                )
            raise WrongCredentials
        password_attempts.forgive(session, attempt.counted)
        return sessions.open_session(
            session,
            user_id=attempt.user_id,
            role=Role.AGENCY_ADMIN,
            ip=ip,
            user_agent=user_agent,
            now=now,
        )


def _counted(session: Session, *, email: str, ip: str, now: datetime) -> _Attempt:
    user = password_holders.find(session, email)
    # Asked for unknown addresses too: the work is the same.
    is_admin = _is_agency_admin(session, user.id if user is not None else new_id())
    counted = password_attempts.count(
        session,
        password_attempts.PASSWORD,
        account=email,
        user_id=user.id if user is not None else None,
        ip=ip,
        now=now,
    )
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
