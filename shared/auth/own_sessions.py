"""A person's sessions as he sees them, and his ending of those that aren't his."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.audit.service import Actor
from shared.auth import session_ending
from shared.auth.errors import SessionNotFound
from shared.auth.session_models import AuthSession


def page_of(
    session: Session, *, user_id: UUID, offset: int, limit: int, now: datetime
) -> tuple[Sequence[AuthSession], int]:
    """The sessions that live, the one used last first, and how many there are."""
    living = AuthSession.user_id == user_id, AuthSession.revoked_at.is_(None), AuthSession.expires_at > now
    rows = session.scalars(
        select(AuthSession)
        .where(*living)
        .order_by(AuthSession.last_used_at.desc(), AuthSession.id.desc())
        .offset(offset)
        .limit(limit)
    ).all()
    return rows, session.scalar(select(func.count()).select_from(AuthSession).where(*living)) or 0


def end_one(session: Session, *, user_id: UUID, session_id: UUID, actor: Actor, now: datetime) -> None:
    """:raises SessionNotFound: also for another person's, and for one that has ended"""
    found = session.scalars(
        select(AuthSession).where(
            AuthSession.id == session_id,
            AuthSession.user_id == user_id,
            AuthSession.revoked_at.is_(None),
            AuthSession.expires_at > now,
        )
    ).one_or_none()
    if found is None:
        raise SessionNotFound
    session_ending.revoke(session, session_id=session_id, reason="ended_by_owner", actor=actor, now=now)


def end_others(session: Session, *, user_id: UUID, current: UUID, actor: Actor, now: datetime) -> int:
    """End every session but the current one; how many there were."""
    return session_ending.revoke_all(
        session, user_id=user_id, reason="ended_by_owner", keep=current, actor=actor, now=now
    )
