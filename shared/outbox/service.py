"""The outbox: asked for in the transaction that decides it, done by a queue function, announced until then.

A message is a row; the queue carries its id only. Whoever handles it locks the row, so that a redelivered
announcement finds it done.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared.db.session import AFTER_COMMIT, Transactions
from shared.kernel.identifiers import new_id
from shared.outbox.models import OutboxMessage, OutboxStatus, Topic
from shared.tasks import service as tasks

MAX_TRIES: Final = 12
_FIRST_PAUSE: Final = timedelta(seconds=20)
_LEASE: Final = timedelta(minutes=2)
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
            # The edge announces it first.
            due_at=now + _FIRST_PAUSE,
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


def lease(session: Session, message_id: UUID, *, now: datetime) -> Order | None:
    """Like ``order_of``, for work that two workers must not do at once (a letter goes out once).

    None, too, while another worker holds the lease; the relay announces the message again once it has passed.
    """
    message = claim(session, message_id)
    if message is None or (message.leased_until is not None and message.leased_until > now):
        return None
    message.leased_until = now + _LEASE
    message.due_at = now + _LEASE
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
    message.leased_until = None
    message.due_at = now + min(_FIRST_PAUSE * 2 ** (message.tries - 1), _LONGEST_PAUSE)
    if message.tries >= MAX_TRIES:
        give_up(session, message, error_code, now=now)


@contextmanager
def counted(transactions: Transactions, message_id: UUID, *, now: datetime) -> Iterator[None]:
    """Whatever the work raises counts as a try and is raised on: a message that never succeeds comes to a person."""
    try:
        yield
    except Exception as error:
        with transactions() as session:
            message = claim(session, message_id)
            if message is not None:
                failed(session, message, type(error).__name__, now=now)
        raise


def revive(session: Session, dedupe_key: str, *, now: datetime) -> bool:
    """Ask once more for what was given up; anything else stays as it is. Whether it was given up."""
    row = session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.dedupe_key == dedupe_key, OutboxMessage.status == OutboxStatus.DEAD)
        .values(status=OutboxStatus.PENDING, tries=0, due_at=now + _FIRST_PAUSE, leased_until=None)
        .returning(OutboxMessage.id, OutboxMessage.topic)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if row is not None:
        session.info.setdefault(AFTER_COMMIT, []).append(Announcement(row[0], row[1]))
    return row is not None


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
