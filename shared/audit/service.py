"""Writing down who changed what. Call it in the transaction of the change."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from shared.audit.impersonal import without_personal
from shared.audit.tables import Facts, audit_logs
from shared.kernel.errors import DomainError
from shared.kernel.identifiers import new_id
from shared.observability import log

#: returns the ids, so that SQLAlchemy writes all lines by one statement
_WRITE: Final = insert(audit_logs).returning(audit_logs.c.id)
_GATHERED: Final = "audit_lines"


class Actor(NamedTuple):
    """Who acts and from where; ``SYSTEM`` for schedules and workers."""

    user_id: UUID | None
    ip: str | None = None
    user_agent: str | None = None


SYSTEM = Actor(None)


def record(
    session: Session,
    actor: Actor,
    action: str,
    *,
    entity: tuple[str, UUID],
    before: Facts | None = None,
    after: Facts | None = None,
    now: datetime,
) -> None:
    """Add one line; ``action`` reads "deal.submitted", facts hold nothing personal (see ``impersonal``)."""
    line: dict[str, object] = {
        "id": new_id(),
        "actor_id": actor.user_id,
        "action": action,
        "entity_kind": entity[0],
        "entity_id": entity[1],
        "before": without_personal(before, action),
        "after": without_personal(after, action),
        "ip": actor.ip,
        "user_agent": actor.user_agent,
        "request_id": log.request_id.get(),
        "recorded_at": now,
    }
    gathered: list[dict[str, object]] | None = session.info.get(_GATHERED)
    if gathered is None or session.in_nested_transaction():
        session.execute(_WRITE, [line])
    else:
        gathered.append(line)


@contextmanager
def together(session: Session) -> Iterator[None]:
    """Write the lines of this block by one statement, at its end; those of a savepoint are written at once.

    A refusal takes them with it as it takes the changes, and writes them if it keeps the work.
    """
    if _GATHERED in session.info:
        yield
        return
    lines: list[dict[str, object]] = []
    session.info[_GATHERED] = lines
    try:
        yield
    except DomainError as refusal:
        if refusal.keeps_work:
            _write(session, lines)
        raise
    else:
        _write(session, lines)
    finally:
        del session.info[_GATHERED]


def _write(session: Session, lines: list[dict[str, object]]) -> None:
    if lines:
        session.execute(_WRITE, lines)
