from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic import ConfigDict, JsonValue

from shared.http.cursor import CursorView, Place, to_cursor
from shared.http.inputs import ViewModel
from shared.tracing.timeline import By, Event

_EXAMPLE: Final[dict[str, Any]] = {
    "id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e01",
    "at": "2026-11-24T10:00:00Z",
    "what": "step.released",
    "by": "service",
    "facts": {"status": "released", "step_no": 1, "amount_kopecks": 30_000_000, "reason": "rule"},
}


class TimelineEvent(ViewModel):
    id: UUID
    at: datetime
    #: a stable word
    what: str
    by: By
    facts: dict[str, JsonValue]

    @classmethod
    def of(cls, event: Event) -> "TimelineEvent":
        return cls(**event._asdict())


class TimelinePage(CursorView[TimelineEvent]):
    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_EXAMPLE], "next_cursor": None}]})

    @classmethod
    def of(cls, events: Sequence[Event], *, limit: int) -> "TimelinePage":
        """:param events: one more than ``limit`` where there is a next page"""
        shown = events[:limit]
        further = len(events) > limit
        return cls(
            items=[TimelineEvent.of(event) for event in shown],
            next_cursor=to_cursor(Place(shown[-1].at, shown[-1].id)) if further else None,
        )
