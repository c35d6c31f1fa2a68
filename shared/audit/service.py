"""Writing down who changed what. Call it in the transaction of the change."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from shared.audit.impersonal import without_personal
from shared.audit.tables import Facts
from shared.db.raw import send_later
from shared.kernel.clock import iso
from shared.kernel.errors import DomainError
from shared.kernel.identifiers import new_id
from shared.observability import log

#: One text for any number of lines, so that its plan stays; past SQLAlchemy's own parameters and types, since whatever
#: changes anything comes by here.
_WRITE: Final = """
    INSERT INTO audit_logs (id, actor_id, action, entity_kind, entity_id, before, after, ip, user_agent, request_id, recorded_at)
    SELECT id, actor_id, action, entity_kind, entity_id, before, after, ip, user_agent, request_id, recorded_at
    FROM jsonb_to_recordset(CAST(%s AS jsonb)) AS line (
        id uuid, actor_id uuid, action text, entity_kind text, entity_id uuid, before jsonb, after jsonb, ip text,
        user_agent text, request_id text, recorded_at timestamptz)
"""
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
        "id": str(new_id()),
        "actor_id": None if actor.user_id is None else str(actor.user_id),
        "action": action,
        "entity_kind": entity[0],
        "entity_id": str(entity[1]),
        "before": without_personal(before, action),
        "after": without_personal(after, action),
        "ip": actor.ip,
        "user_agent": actor.user_agent,
        "request_id": log.request_id.get(),
        "recorded_at": iso(now),
    }
    gathered: list[dict[str, object]] | None = session.info.get(_GATHERED)
    if gathered is None or session.in_nested_transaction():
        _write(session, [line])
    else:
        gathered.append(line)


@contextmanager
def together(session: Session) -> Iterator[None]:
    """Write the lines of this block by one statement, at its end; those of a savepoint by statements of their own.

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
        send_later(session, _WRITE, (json.dumps(lines),))
