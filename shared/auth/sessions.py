"""Sessions and their tokens.

A refresh token's successor is derived from the token itself under the service's key. So requests that race with
one token all get the same successor: nobody is locked out by a race, and a session has one living token at most.
Past the overlap a used token means that two parties hold the chain, and the session ends.
"""

import base64
import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import Actor
from shared.auth.errors import RefreshRefused
from shared.auth.session_ending import end
from shared.auth.session_models import AuthSession, RefreshToken
from shared.config import auth, secrets
from shared.kernel.roles import Role
from shared.security import access_tokens
from shared.security.access_tokens import AccessClaims
from shared.security.codes import new_token, token_hash

OVERLAP: Final = timedelta(seconds=10)


class TokenPair(NamedTuple):
    """``expires_in`` is the access token's life in seconds."""

    access_token: str
    refresh_token: str
    expires_in: int
    session_id: UUID


def open_session(
    session: Session, *, user_id: UUID, role: Role, ip: str, user_agent: str, now: datetime
) -> TokenPair:
    """Sign the person in through the door of ``role``; the user's row is already flushed."""
    ends = now + timedelta(seconds=auth.load().session_seconds)
    opened = AuthSession(
        user_id=user_id,
        role=role,
        ip=ip,
        user_agent=user_agent,
        created_at=now,
        last_used_at=now,
        expires_at=ends,
    )
    session.add(opened)
    session.flush()
    token = new_token()
    _keep(session, opened, token, now)
    audit.record(
        session,
        Actor(user_id, ip, user_agent),
        "session.opened",
        entity=("session", opened.id),
        after={"role": role},
        now=now,
    )
    return _pair(opened, token, now)


def refresh(session: Session, *, token: str, ip: str, user_agent: str, now: datetime) -> TokenPair:
    """Use a refresh token; the session lives on from now.

    :raises RefreshRefused: unknown, expired or revoked; or used more than ``OVERLAP`` ago, which ends the session
    """
    found = _find(session, token)
    if found is None:
        raise RefreshRefused
    # Those who race with one token queue up here, and each reads what the one before has written.
    family = session.get_one(AuthSession, found.session_id, with_for_update=True)
    session.refresh(found)
    if family.revoked_at is not None or family.expires_at <= now:
        raise RefreshRefused
    if found.used_at is not None and now - found.used_at > OVERLAP:
        end(family, "refresh_token_reused", now)
        audit.record(
            session,
            Actor(family.user_id, ip, user_agent),
            "session.reuse_detected",
            entity=("session", family.id),
            now=now,
        )
        raise RefreshRefused
    family.last_used_at = now
    family.expires_at = now + timedelta(seconds=auth.load().session_seconds)
    return _pair(family, _successor(session, family, token, found, now), now)


def _successor(session: Session, family: AuthSession, token: str, row: RefreshToken, now: datetime) -> str:
    """The family's living token: the next one, or whatever that has become meanwhile."""
    if row.used_at is None:
        row.used_at = now
        successor = _next(token)
        _keep(session, family, successor, now)
        return successor
    following: RefreshToken | None = row
    while following is not None and following.used_at is not None:
        token = _next(token)
        following = _find(session, token)
    return token


def _next(token: str) -> str:
    digest = hmac.digest(secrets.code_key(), b"next\x1f" + token.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _find(session: Session, token: str) -> RefreshToken | None:
    return session.scalars(
        select(RefreshToken).where(RefreshToken.token_hash == token_hash(secrets.code_key(), token))
    ).one_or_none()


def _keep(session: Session, family: AuthSession, token: str, now: datetime) -> None:
    session.add(
        RefreshToken(
            session_id=family.id,
            token_hash=token_hash(secrets.code_key(), token),
            issued_at=now,
            expires_at=family.expires_at,
        )
    )
    session.flush()


def _pair(family: AuthSession, token: str, now: datetime) -> TokenPair:
    settings = auth.load()
    access = access_tokens.issue(
        AccessClaims(family.user_id, family.id, family.role),
        keys=secrets.token_keys(),
        issuer=settings.issuer,
        lifetime=timedelta(seconds=settings.access_token_seconds),
        now=now,
    )
    return TokenPair(access, token, settings.access_token_seconds, family.id)
