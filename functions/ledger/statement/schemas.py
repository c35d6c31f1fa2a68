from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict

from shared.http.cursor import CursorQuery, CursorView, Place, to_cursor
from shared.http.inputs import ViewModel
from shared.ledger.owner_statement import OwnerEvent


class OwnerStatementQuery(CursorQuery):
    #: what happened from then on
    since: datetime | None = None
    #: and before then
    until: datetime | None = None


class OwnerStatementLine(ViewModel):
    transaction_id: UUID
    occurred_at: datetime
    #: what happened: "step_released", "payout_succeeded", "refund_accepted", "set_off" …
    kind: str
    #: by how much it changed what is to be paid to the owner
    payable_change_kopecks: int
    #: by how much it changed what the owner owes back
    owed_change_kopecks: int
    #: both after it
    payable_kopecks: int
    owed_kopecks: int
    payment_id: UUID | None
    payout_id: UUID | None
    refund_id: UUID | None

    @classmethod
    def of(cls, event: OwnerEvent) -> "OwnerStatementLine":
        return cls(
            transaction_id=event.transaction_id,
            occurred_at=event.occurred_at,
            kind=event.kind,
            payable_change_kopecks=event.payable_change.kopecks,
            owed_change_kopecks=event.owed_change.kopecks,
            payable_kopecks=event.payable.kopecks,
            owed_kopecks=event.owed.kopecks,
            payment_id=event.payment_id,
            payout_id=event.payout_id,
            refund_id=event.refund_id,
        )


class OwnerStatement(CursorView[OwnerStatementLine]):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [
                        {
                            "transaction_id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e51",
                            "occurred_at": "2026-11-24T10:00:00Z",
                            "kind": "step_released",
                            "payable_change_kopecks": 16_793_115,
                            "owed_change_kopecks": 0,
                            "payable_kopecks": 16_793_115,
                            "owed_kopecks": 0,
                            "payment_id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e21",
                            "payout_id": None,
                            "refund_id": None,
                        }
                    ],
                    "next_cursor": None,
                }
            ]
        }
    )

    @classmethod
    def of(cls, events: Sequence[OwnerEvent], *, limit: int) -> "OwnerStatement":
        """:param events: one more than ``limit`` where there is a next page"""
        shown = events[:limit]
        last = shown[-1] if len(events) > limit else None
        return cls(
            items=[OwnerStatementLine.of(event) for event in shown],
            next_cursor=None if last is None else to_cursor(Place(last.occurred_at, last.transaction_id)),
        )
