from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import ConfigDict, Field, JsonValue, model_validator

from shared.audit.models import AuditLog
from shared.audit.reading import Wanted
from shared.http.cursor import CursorQuery, CursorView, Place, to_cursor
from shared.http.inputs import ViewModel

_EXAMPLE: Final[dict[str, Any]] = {
    "id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e01",
    "recorded_at": "2026-11-24T10:00:00Z",
    "actor_id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e02",
    "action": "deal.submitted",
    "entity_kind": "deal",
    "entity_id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e03",
    "before": {"status": "draft"},
    "after": {"status": "submitted"},
    "ip": "203.0.113.7",
    "user_agent": "Mozilla/5.0",
    "request_id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e04",
}


class ListAuditQuery(CursorQuery):
    entity_kind: Annotated[str, Field(pattern=r"^[a-z_]{1,64}$", examples=["deal"])] | None = None
    #: together with its kind
    entity_id: UUID | None = None
    actor_id: UUID | None = None
    action: Annotated[str, Field(pattern=r"^[a-z_.]{1,64}$", examples=["deal.submitted"])] | None = None
    #: from then on
    since: datetime | None = None
    #: before then
    until: datetime | None = None

    @model_validator(mode="after")
    def _names_an_entity_with_its_kind(self) -> "ListAuditQuery":
        if self.entity_id is not None and self.entity_kind is None:
            raise ValueError("Укажите с entity_id и entity_kind.")
        return self

    def wanted(self) -> Wanted:
        return Wanted(
            entity_kind=self.entity_kind,
            entity_id=self.entity_id,
            actor_id=self.actor_id,
            action=self.action,
            since=self.since,
            until=self.until,
        )


class AuditLine(ViewModel):
    id: UUID
    recorded_at: datetime
    #: None: the service itself
    actor_id: UUID | None
    action: str
    entity_kind: str
    entity_id: UUID
    before: dict[str, JsonValue] | None
    after: dict[str, JsonValue] | None
    ip: str | None
    user_agent: str | None
    request_id: str

    @classmethod
    def of(cls, line: AuditLog) -> "AuditLine":
        return cls(**{name: getattr(line, name) for name in cls.model_fields})


class AuditPage(CursorView[AuditLine]):
    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_EXAMPLE], "next_cursor": None}]})

    @classmethod
    def of(cls, lines: Sequence[AuditLog], *, limit: int) -> "AuditPage":
        """:param lines: one more than ``limit`` where there is a next page"""
        shown = lines[:limit]
        further = len(lines) > limit
        return cls(
            items=[AuditLine.of(line) for line in shown],
            next_cursor=to_cursor(Place(shown[-1].recorded_at, shown[-1].id)) if further else None,
        )
