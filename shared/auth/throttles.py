"""Counting what one subject does within a window: failed passwords, codes asked for. One row, one statement."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import case, delete, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared.auth.session_models import SignInThrottle
from shared.kernel.errors import TooMany


def take(
    session: Session,
    subject: bytes,
    *,
    limit: int,
    window: timedelta,
    refusal: Callable[[int], TooMany],
    now: datetime,
) -> None:
    """Count one more; the row stays locked to the end of the transaction, so that parallel tries count too.

    :param refusal: made with the seconds until the window ends, raised when ``limit`` is passed
    """
    over = SignInThrottle.window_ends_at <= now
    row = session.execute(
        insert(SignInThrottle)
        .values(subject=subject, failures=1, window_ends_at=now + window)
        .on_conflict_do_update(
            index_elements=["subject"],
            set_={
                "failures": case((over, 1), else_=SignInThrottle.failures + 1),
                "window_ends_at": case((over, now + window), else_=SignInThrottle.window_ends_at),
            },
        )
        .returning(SignInThrottle.failures, SignInThrottle.window_ends_at)
    ).one()
    if row.failures > limit:
        raise refusal(max(1, round((row.window_ends_at - now).total_seconds())))


def give_back(session: Session, subject: bytes) -> None:
    """What was counted beforehand turned out right."""
    session.execute(
        update(SignInThrottle)
        .where(SignInThrottle.subject == subject, SignInThrottle.failures > 0)
        .values(failures=SignInThrottle.failures - 1)
    )


def forget(session: Session, subject: bytes) -> None:
    session.execute(delete(SignInThrottle).where(SignInThrottle.subject == subject))
