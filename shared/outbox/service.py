"""The outbox: asked for in the transaction that decides it, done by a queue function, announced until then.

A message is a row; the queue carries its id only. Whoever handles it locks the row, so that a redelivered
announcement finds it done.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared.db.session import AFTER_COMMIT
from shared.kernel.identifiers import new_id
from shared.outbox.models import OutboxMessage, OutboxStatus, Topic
from shared.tasks import service as tasks

MAX_TRIES: Final = 12
_FIRST_PAUSE: Final = timedelta(seconds=20)
_LONGEST_PAUSE: Final = timedelta(hours=2)


class Announcement(NamedTuple):
    message_id: UUID
    topic: Topic


class Order(NamedTuple):
    kind: str
    payload: dict[str, str]


def ask(
    session: Session, topic: Topic, kind: str, payload: dict[str, str], *, dedupe_key: str, now: datetime
) -> None:
    """Ask for ``kind`` once per ``dedupe_key``; the edge announces it after the commit, the relay until it is done."""
    message_id = session.execute(
        insert(OutboxMessage)
        .values(
            id=new_id(),
            topic=topic,
            kind=kind,
            payload=payload,
            dedupe_key=dedupe_key,
            status=OutboxStatus.PENDING,
            tries=0,
            due_at=now,
            created_at=now,
        )
        .on_conflict_do_nothing(index_elements=["dedupe_key"])
        .returning(OutboxMessage.id)
    ).scalar()
    if message_id is not None:
        session.info.setdefault(AFTER_COMMIT, []).append(Announcement(message_id, topic))


def order_of(session: Session, message_id: UUID) -> Order | None:
    """What a message asks for; None when it is done, given up or unknown."""
    message = session.get(OutboxMessage, message_id)
    if message is None or message.status is not OutboxStatus.PENDING:
        return None
    return Order(message.kind, message.payload)


def claim(session: Session, message_id: UUID) -> OutboxMessage | None:
    """Lock a pending message; None when it is done, unknown, or in another worker's hands."""
    return session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.id == message_id, OutboxMessage.status == OutboxStatus.PENDING)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).one_or_none()


def done(message: OutboxMessage, *, now: datetime) -> None:
    message.status = OutboxStatus.DONE
    message.done_at = now
    message.last_error = None


def failed(session: Session, message: OutboxMessage, error_code: str, *, now: datetime) -> None:
    """Try again later, at growing pauses; after ``MAX_TRIES`` a person must look."""
    message.tries += 1
    message.last_error = error_code
    message.due_at = now + min(_FIRST_PAUSE * 2 ** (message.tries - 1), _LONGEST_PAUSE)
    if message.tries >= MAX_TRIES:
        give_up(session, message, error_code, now=now)


def give_up(session: Session, message: OutboxMessage, error_code: str, *, now: datetime) -> None:
    message.status = OutboxStatus.DEAD
    message.last_error = error_code
    tasks.open_task(session, "outbox_dead", entity=("outbox", message.id), reason=error_code, now=now)


def due(session: Session, *, limit: int, now: datetime) -> Sequence[Announcement]:
    """Claim what is due for announcing and push its next turn away, so that two relays don't both announce it."""
    rows = session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.status == OutboxStatus.PENDING, OutboxMessage.due_at <= now)
        .order_by(OutboxMessage.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.id.in_([row.id for row in rows]))
        .values(due_at=now + _FIRST_PAUSE)
        .execution_options(synchronize_session=False)
    )
    return [Announcement(row.id, row.topic) for row in rows]
