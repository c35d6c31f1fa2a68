"""Counting what one subject does within a window: requests, failed passwords, codes asked for. One row, one statement."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import case, delete, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared.kernel.errors import TooMany
from shared.limits.models import RateLimit


class Used(NamedTuple):
    taken: int
    window_ends_at: datetime


def count(session: Session, subject: bytes, *, window: timedelta, now: datetime) -> Used:
    """Count one more; the row stays locked to the end of the transaction, so that parallel tries count too."""
    over = RateLimit.window_ends_at <= now
    row = session.execute(
        insert(RateLimit)
        .values(subject=subject, taken=1, window_ends_at=now + window)
        .on_conflict_do_update(
            index_elements=["subject"],
            set_={
                "taken": case((over, 1), else_=RateLimit.taken + 1),
                "window_ends_at": case((over, now + window), else_=RateLimit.window_ends_at),
            },
        )
        .returning(RateLimit.taken, RateLimit.window_ends_at)
    ).one()
    return Used(row.taken, row.window_ends_at)


def take(
    session: Session,
    subject: bytes,
    *,
    limit: int,
    window: timedelta,
    refusal: Callable[[int], TooMany],
    now: datetime,
) -> None:
    """Count one more of at most ``limit``.

    :param refusal: made with the seconds until the window ends, raised when ``limit`` is passed
    """
    used = count(session, subject, window=window, now=now)
    if used.taken > limit:
        raise refusal(max(1, round((used.window_ends_at - now).total_seconds())))


def give_back(session: Session, subject: bytes) -> None:
    """What was counted beforehand turned out right."""
    session.execute(
        update(RateLimit)
        .where(RateLimit.subject == subject, RateLimit.taken > 0)
        .values(taken=RateLimit.taken - 1)
    )


def forget(session: Session, subject: bytes) -> None:
    session.execute(delete(RateLimit).where(RateLimit.subject == subject))
