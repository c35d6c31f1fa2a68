"""Noting why a message failed, so that whoever finds it among the dead letters needn't read its body."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import delete, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared.desk.failure_tables import message_failures

#: no message lives longer, its time among the dead letters included
_KEPT: Final = timedelta(days=30)


class Failure(NamedTuple):
    """``reason`` of the last one is the name of a type; ``failures`` is how many were noted."""

    reason: str
    failures: int


def note(session: Session, *, queue: str, message_id: str, reason: str, now: datetime) -> None:
    """:param reason: the name of the exception's type: a text might quote somebody's data"""
    row = insert(message_failures).values(
        queue=queue,
        message_id=message_id,
        reason=reason,
        failures=1,
        first_failed_at=now,
        last_failed_at=now,
    )
    session.execute(
        row.on_conflict_do_update(
            index_elements=["queue", "message_id"],
            set_={
                "reason": reason,
                "failures": message_failures.c.failures + 1,
                "last_failed_at": now,
            },
        )
    )


def of(session: Session, *, queue: str, message_ids: Collection[str]) -> dict[str, Failure]:
    """What is known, by the message's id."""
    wanted = message_failures.c
    rows = session.execute(
        select(wanted.message_id, wanted.reason, wanted.failures).where(
            wanted.queue == queue, wanted.message_id.in_(message_ids)
        )
    )
    return {message_id: Failure(reason, failures) for message_id, reason, failures in rows}


def purge(session: Session, *, limit: int, now: datetime) -> int:
    """Remove at most ``limit`` notes about messages that are gone; how many it were."""
    key = tuple_(message_failures.c.queue, message_failures.c.message_id)
    old = (
        select(message_failures.c.queue, message_failures.c.message_id)
        .where(message_failures.c.last_failed_at < now - _KEPT)
        .limit(limit)
    )
    removed = session.execute(
        delete(message_failures).where(key.in_(old)).returning(message_failures.c.queue)
    )
    return len(removed.all())
