"""Removes what signing in leaves behind. Each call takes one batch and says how many rows went.

As SQL, since codes that confirmed a signature stay as its evidence, and signatures stand above this package.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.vault import service as vault

_CODES_KEPT: Final = timedelta(days=30)
#: as long as a peer counts as known (``shared.auth.agency_sign_in``)
_SESSIONS_KEPT: Final = timedelta(days=90)

_CODES: Final = text(
    """
    WITH old AS MATERIALIZED (
        SELECT o.id FROM otp_sessions o
        WHERE o.created_at < :before
          AND NOT EXISTS (SELECT FROM signature_requests r WHERE r.otp_id = o.id)
        LIMIT :limit FOR UPDATE SKIP LOCKED)
    DELETE FROM otp_sessions USING old WHERE otp_sessions.id = old.id RETURNING old.id
    """
)
_TOKENS: Final = text(
    """
    WITH old AS MATERIALIZED (
        SELECT id FROM refresh_tokens WHERE expires_at < :before LIMIT :limit FOR UPDATE SKIP LOCKED)
    DELETE FROM refresh_tokens USING old WHERE refresh_tokens.id = old.id RETURNING old.id
    """
)
_SESSIONS: Final = text(
    """
    WITH old AS MATERIALIZED (
        SELECT s.id FROM sessions s
        WHERE (s.expires_at < :before OR s.revoked_at < :before)
          AND NOT EXISTS (SELECT FROM refresh_tokens t WHERE t.session_id = s.id)
        LIMIT :limit FOR UPDATE SKIP LOCKED)
    DELETE FROM sessions USING old WHERE sessions.id = old.id RETURNING old.id
    """
)
_REGISTRATIONS: Final = text(
    """
    WITH old AS MATERIALIZED (
        SELECT id FROM registrations WHERE expires_at <= :now LIMIT :limit FOR UPDATE SKIP LOCKED)
    DELETE FROM registrations USING old WHERE registrations.id = old.id RETURNING old.id
    """
)
_CHALLENGES: Final = text(
    """
    WITH old AS MATERIALIZED (
        SELECT id FROM staff_challenges WHERE expires_at <= :now LIMIT :limit FOR UPDATE SKIP LOCKED)
    DELETE FROM staff_challenges USING old WHERE staff_challenges.id = old.id RETURNING old.id
    """
)
_LIMITS: Final = text(
    """
    WITH old AS MATERIALIZED (
        SELECT subject FROM rate_limits WHERE window_ends_at <= :now LIMIT :limit FOR UPDATE SKIP LOCKED)
    DELETE FROM rate_limits t USING old WHERE t.subject = old.subject RETURNING old.subject
    """
)


def remove_codes(session: Session, *, limit: int, now: datetime) -> int:
    """Codes older than 30 days that confirmed no signature; the keys of their addresses are destroyed."""
    gone = session.scalars(_CODES, {"before": now - _CODES_KEPT, "limit": limit}).all()
    vault.destroy(session, gone, now=now)
    return len(gone)


def remove_refresh_tokens(session: Session, *, limit: int, now: datetime) -> int:
    """Tokens that expired 90 days ago."""
    return len(session.scalars(_TOKENS, {"before": now - _SESSIONS_KEPT, "limit": limit}).all())


def remove_sessions(session: Session, *, limit: int, now: datetime) -> int:
    """Sessions that ended 90 days ago and have no tokens left."""
    return len(session.scalars(_SESSIONS, {"before": now - _SESSIONS_KEPT, "limit": limit}).all())


def remove_registrations(session: Session, *, limit: int, now: datetime) -> int:
    """Those whose phone nobody proved in time; the keys of what was told are destroyed."""
    gone = session.scalars(_REGISTRATIONS, {"now": now, "limit": limit}).all()
    vault.destroy(session, gone, now=now)
    return len(gone)


def remove_challenges(session: Session, *, limit: int, now: datetime) -> int:
    """Of staff, between the password and the second factor, when their time is over."""
    return len(session.scalars(_CHALLENGES, {"now": now, "limit": limit}).all())


def remove_limits(session: Session, *, limit: int, now: datetime) -> int:
    """Counters whose window is over."""
    return len(session.scalars(_LIMITS, {"now": now, "limit": limit}).all())
