from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic import ConfigDict

from shared.desk.dead_letters import ListedLetter
from shared.http.inputs import ViewModel

EXAMPLE: Final[dict[str, Any]] = {
    "id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e01",
    "queue": "bank_events",
    "kind": "payment.succeeded",
    "age_seconds": 5400,
    "receive_count": 8,
    "reason": "OutcomeUnknown",
}


class DeadLetterView(ViewModel):
    """Never what the message holds."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    id: UUID
    queue: str
    kind: str
    #: since it was first put into a queue
    age_seconds: int
    #: tries, those before it was replayed included
    receive_count: int
    #: the name of an exception's type; null where the worker died before it could tell
    reason: str | None

    @classmethod
    def of(cls, listed: ListedLetter, now: datetime) -> "DeadLetterView":
        return cls(
            id=listed.id,
            queue=listed.queue,
            kind=listed.kind,
            age_seconds=max(0, int((now - listed.sent_at).total_seconds())),
            receive_count=listed.receive_count,
            reason=listed.reason,
        )
