"""Taking a provider's event exactly once, for ever."""

import hashlib
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared.db.unmapped import table_of
from shared.inbox.models import InboxEvent
from shared.kernel.identifiers import new_id

_TAKE: Final = (
    insert(table_of(InboxEvent))
    .on_conflict_do_nothing(index_elements=["provider", "event_key"])
    .returning(table_of(InboxEvent).c.id)
)


def take(
    session: Session, *, provider: str, event_key: str, body: str, outcome: str, now: datetime
) -> UUID | None:
    """Insert the event in the transaction of its effect; its id, or None if it was taken before.

    A second worker with the same event waits here for the first one's commit.
    """
    taken: UUID | None = session.execute(
        _TAKE,
        {
            "id": new_id(),
            "provider": provider,
            "event_key": event_key,
            "body_sha256": hashlib.sha256(body.encode()).digest(),
            "outcome": outcome,
            "recorded_at": now,
        },
    ).scalar()
    return taken
