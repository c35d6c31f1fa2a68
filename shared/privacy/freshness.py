"""What shows or destroys everything is asked for by one who has just signed in: a code, or a password, that is fresh."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from shared.auth.session_models import AuthSession
from shared.privacy.errors import FreshSignInNeeded

FRESH: Final = timedelta(minutes=15)


def require(session: Session, session_id: UUID, *, now: datetime) -> None:
    """:raises FreshSignInNeeded: the session was opened more than ``FRESH`` ago; refreshing it doesn't count"""
    if now - session.get_one(AuthSession, session_id).created_at > FRESH:
        raise FreshSignInNeeded(int(FRESH.total_seconds() // 60))
