"""Comparisons and differences as the operator desk sees them."""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from pydantic import ConfigDict

from shared.http.inputs import ViewModel
from shared.kernel.money import Money
from shared.reconciliation.models import DifferenceKind, DifferenceState, ReconciliationRun, RunStatus
from shared.reconciliation.views import SeenDifference

RUN_EXAMPLE: Final[dict[str, Any]] = {
    "id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e81",
    "day": "2026-11-23",
    "status": "finished",
    "started_by": None,
    "started_at": "2026-11-24T00:10:00Z",
    "finished_at": "2026-11-24T00:10:00Z",
    "recovered": 1,
    "opened": 1,
    "closed": 0,
    "standing": 1,
}
DIFFERENCE_EXAMPLE: Final[dict[str, Any]] = {
    "id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e82",
    "kind": "settlement_amount",
    "subject": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e83",
    "terminal": "yookassa",
    "day": None,
    "expected_kopecks": 29_790_000,
    "actual_kopecks": 29_580_000,
    "state": "open",
    "first_seen_at": "2026-11-24T00:10:00Z",
    "days_open": 0,
    "age": "0-1",
}


class RunView(ViewModel):
    """``started_by`` is null for the schedule's own."""

    model_config = ConfigDict(json_schema_extra={"examples": [RUN_EXAMPLE]})

    id: UUID
    day: date
    status: RunStatus
    started_by: UUID | None
    started_at: datetime
    finished_at: datetime | None
    #: payments that only the registry knew and this run had recorded
    recovered: int
    opened: int
    closed: int
    standing: int

    @classmethod
    def of(cls, run: ReconciliationRun) -> "RunView":
        return cls(**{name: getattr(run, name) for name in RunView.model_fields})


class DifferenceView(ViewModel):
    """Two sides that should agree: what provider, bank or rule says is expected, what the ledger says actual."""

    model_config = ConfigDict(json_schema_extra={"examples": [DIFFERENCE_EXAMPLE]})

    id: UUID
    kind: DifferenceKind
    subject: str
    terminal: str | None
    day: date | None
    expected_kopecks: int | None
    actual_kopecks: int | None
    state: DifferenceState
    first_seen_at: datetime
    days_open: int
    age: str

    @classmethod
    def of(cls, seen: SeenDifference) -> "DifferenceView":
        difference = seen.difference
        return cls(
            id=difference.id,
            kind=difference.kind,
            subject=difference.subject,
            terminal=difference.terminal,
            day=difference.day,
            expected_kopecks=kopecks(seen.expected),
            actual_kopecks=kopecks(seen.actual),
            state=difference.state,
            first_seen_at=difference.first_seen_at,
            days_open=seen.days_open,
            age=seen.age,
        )


def kopecks(amount: Money | None) -> int | None:
    return None if amount is None else amount.kopecks
