"""A bank statement as the operator desk sees it; nobody's name is in it."""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from pydantic import ConfigDict

from shared.http.inputs import ViewModel
from shared.kernel.bank_details import masked_account
from shared.reconciliation.statement_models import BankStatement, StatementFormat

EXAMPLE: Final[dict[str, Any]] = {
    "id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e71",
    "format": "exchange_1c",
    "masked_account": "40702···0001",
    "since": "2026-11-23",
    "until": "2026-11-23",
    "opening_kopecks": 0,
    "incoming_kopecks": 29_790_000,
    "outgoing_kopecks": 16_793_115,
    "closing_kopecks": 12_996_885,
    "lines_new": 2,
    "lines_known": 0,
    "created_at": "2026-11-24T06:00:00Z",
}


class StatementView(ViewModel):
    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    id: UUID
    format: StatementFormat
    masked_account: str
    since: date
    until: date
    opening_kopecks: int
    incoming_kopecks: int
    outgoing_kopecks: int
    closing_kopecks: int
    lines_new: int
    #: brought by an earlier statement already
    lines_known: int
    created_at: datetime


def fields_of(statement: BankStatement) -> dict[str, Any]:
    return {
        "id": statement.id,
        "format": statement.format,
        "masked_account": masked_account(statement.account),
        "since": statement.since,
        "until": statement.until,
        "opening_kopecks": statement.opening_kopecks.kopecks,
        "incoming_kopecks": statement.incoming_kopecks.kopecks,
        "outgoing_kopecks": statement.outgoing_kopecks.kopecks,
        "closing_kopecks": statement.closing_kopecks.kopecks,
        "lines_new": statement.lines_new,
        "lines_known": statement.lines_known,
        "created_at": statement.created_at,
    }
