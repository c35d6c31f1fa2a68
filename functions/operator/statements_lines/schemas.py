from datetime import date
from typing import Any, Final
from uuid import UUID

from pydantic import ConfigDict

from shared.http.inputs import RequestModel, ViewModel
from shared.kernel.bank_details import masked_account
from shared.reconciliation.line_reading import OpenedLine
from shared.reconciliation.statement_models import LineMeaning

_EXAMPLE: Final[dict[str, Any]] = {
    "id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e83",
    "booked_on": "2026-11-23",
    "number": "118",
    "incoming": True,
    "amount_kopecks": 29_790_000,
    "meaning": "provider_settled",
    "terminal": "yookassa",
    "settled": True,
    "counterparty_name": "НКО «ЮМани» (ООО)",
    "counterparty_inn": "7750005725",
    "masked_counterparty_account": "40702···0077",
    "purpose": "Перевод по реестру за 22.11.2026",
}


class ListLinesQuery(RequestModel):
    #: only those that a person must look at
    unsettled: bool = False


class LineView(ViewModel):
    id: UUID
    booked_on: date
    number: str
    incoming: bool
    amount_kopecks: int
    meaning: LineMeaning
    terminal: str | None
    settled: bool
    counterparty_name: str
    counterparty_inn: str | None
    masked_counterparty_account: str | None
    purpose: str

    @classmethod
    def of(cls, opened: OpenedLine) -> "LineView":
        line, account = opened.line, opened.counterparty_account
        return cls(
            id=line.id,
            booked_on=line.booked_on,
            number=line.number,
            incoming=line.incoming,
            amount_kopecks=line.amount_kopecks.kopecks,
            meaning=line.meaning,
            terminal=line.terminal,
            settled=line.matched_at is not None,
            counterparty_name=opened.counterparty_name,
            counterparty_inn=opened.counterparty_inn,
            masked_counterparty_account=None if account is None else masked_account(account),
            purpose=opened.purpose,
        )


class LinesView(ViewModel):
    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_EXAMPLE]}]})

    items: list[LineView]
