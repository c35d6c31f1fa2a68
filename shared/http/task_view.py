"""An operator's task on the wire."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic import ConfigDict

from shared.http.inputs import ViewModel
from shared.tasks.models import OperatorTask
from shared.tasks.tables import TaskStatus

EXAMPLE: Final[dict[str, Any]] = {
    "id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e71",
    "kind": "payment_in_suspense",
    "entity_kind": "payment",
    "entity_id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e31",
    "reason": "amount_mismatch",
    "status": "open",
    "created_at": "2026-11-24T10:00:00Z",
    "age_seconds": 5400,
    "done_at": None,
}


class TaskView(ViewModel):
    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    id: UUID
    kind: str
    entity_kind: str
    entity_id: UUID
    #: a stable word
    reason: str
    status: TaskStatus
    created_at: datetime
    age_seconds: int
    done_at: datetime | None

    @classmethod
    def of(cls, task: OperatorTask, now: datetime) -> "TaskView":
        return cls(
            id=task.id,
            kind=task.kind,
            entity_kind=task.entity_kind,
            entity_id=task.entity_id,
            reason=task.reason,
            status=task.status,
            created_at=task.created_at,
            age_seconds=max(0, int((now - task.created_at).total_seconds())),
            done_at=task.done_at,
        )
