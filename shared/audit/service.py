"""Writing down who changed what. Call it in the transaction of the change."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from shared.audit.impersonal import without_personal
from shared.audit.tables import Facts, audit_logs
from shared.observability import log


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
    session.execute(
        insert(audit_logs).values(
            actor_id=actor.user_id,
            action=action,
            entity_kind=entity[0],
            entity_id=entity[1],
            before=without_personal(before, action),
            after=without_personal(after, action),
            ip=actor.ip,
            user_agent=actor.user_agent,
            request_id=log.request_id.get(),
            recorded_at=now,
        )
    )
