"""Opening tasks for operators: one open task per cause and reason, however often it is met; settled, it may come again."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import literal_column, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared.tasks.tables import TaskStatus, operator_tasks


def open_task(session: Session, kind: str, *, entity: tuple[str, UUID], reason: str, now: datetime) -> None:
    session.execute(
        insert(operator_tasks)
        .values(
            kind=kind,
            entity_kind=entity[0],
            entity_id=entity[1],
            reason=reason,
            status=TaskStatus.OPEN,
            created_at=now,
        )
        .on_conflict_do_nothing(
            index_elements=["kind", "entity_id", "reason"],
            index_where=operator_tasks.c.status == literal_column("'open'"),
        )
    )


def close_tasks(session: Session, entity_id: UUID, *, kind: str | None = None, now: datetime) -> None:
    """What the open tasks about a thing asked for has been done, or need not be done any more.

    :param kind: None: those of every kind
    """
    about = [operator_tasks.c.entity_id == entity_id, operator_tasks.c.status == TaskStatus.OPEN]
    if kind is not None:
        about.append(operator_tasks.c.kind == kind)
    session.execute(update(operator_tasks).where(*about).values(status=TaskStatus.DONE, done_at=now))
