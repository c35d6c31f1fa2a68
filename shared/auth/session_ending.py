"""Ending sessions; apart from opening them, since whoever only ends some makes no tokens."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import Actor
from shared.auth.session_models import AuthSession


def end(ended: AuthSession, reason: str, now: datetime) -> None:
    """Of a locked row; its access tokens stop at once, since every call asks for the session."""
    ended.revoked_at = now
    ended.revoke_reason = reason


def revoke(session: Session, *, session_id: UUID, reason: str, actor: Actor, now: datetime) -> None:
    """End one session; its access tokens stop at once, since every call asks for the session."""
    ended = session.get_one(AuthSession, session_id, with_for_update=True)
    if ended.revoked_at is None:
        end(ended, reason, now)
        audit.record(session, actor, "session.closed", entity=("session", session_id), now=now)


def revoke_all(
    session: Session,
    *,
    user_id: UUID,
    reason: str,
    keep: UUID | None = None,
    actor: Actor,
    now: datetime,
) -> int:
    """End every session of the person, but for the one to ``keep``; how many there were."""
    ended = session.execute(
        update(AuthSession)
        .where(
            AuthSession.user_id == user_id,
            AuthSession.revoked_at.is_(None),
            AuthSession.id.is_distinct_from(keep),
        )
        .values(revoked_at=now, revoke_reason=reason)
        .returning(AuthSession.id)
    ).all()
    audit.record(
        session,
        actor,
        "session.all_closed",
        entity=("user", user_id),
        after={"sessions": len(ended), "reason": reason},
        now=now,
    )
    return len(ended)
