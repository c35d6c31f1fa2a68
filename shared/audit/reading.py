"""Reading the audit log, which leaves a line in it: who of the staff looked for what."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, select, tuple_
from sqlalchemy.orm import Session

from shared.audit import service
from shared.audit.models import AuditLog
from shared.audit.service import Actor
from shared.audit.tables import Facts


class Wanted(NamedTuple):
    """None: any. ``entity_id`` comes with its kind."""

    entity_kind: str | None = None
    entity_id: UUID | None = None
    actor_id: UUID | None = None
    action: str | None = None
    #: from then on
    since: datetime | None = None
    #: before then
    until: datetime | None = None


def read(
    session: Session,
    *,
    reader: Actor,
    wanted: Wanted,
    after: tuple[datetime, UUID] | None,
    limit: int,
    now: datetime,
) -> list[AuditLog]:
    """At most ``limit`` lines, newest first.

    :param after: moment and id of the line after which to go on
    """
    lines = select(AuditLog).where(*_conditions(wanted))
    if after is not None:
        lines = lines.where(tuple_(AuditLog.recorded_at, AuditLog.id) < after)
    found = session.scalars(
        lines.order_by(AuditLog.recorded_at.desc(), AuditLog.id.desc()).limit(limit)
    ).all()
    _record_reading(session, reader, wanted, len(found), now)
    return list(found)


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    equal = {
        AuditLog.entity_kind: wanted.entity_kind,
        AuditLog.entity_id: wanted.entity_id,
        AuditLog.actor_id: wanted.actor_id,
        AuditLog.action: wanted.action,
    }
    conditions = [column == value for column, value in equal.items() if value is not None]
    if wanted.since is not None:
        conditions.append(AuditLog.recorded_at >= wanted.since)
    if wanted.until is not None:
        conditions.append(AuditLog.recorded_at < wanted.until)
    return conditions


def _record_reading(session: Session, reader: Actor, wanted: Wanted, count: int, now: datetime) -> None:
    if reader.user_id is None:
        raise ValueError("a person reads the audit log")
    facts: Facts = {name: str(value) for name, value in wanted._asdict().items() if value is not None}
    service.record(
        session,
        reader,
        "audit.read",
        entity=("user", reader.user_id),
        after={**facts, "lines": count},
        now=now,
    )
