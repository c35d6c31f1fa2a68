"""A dispute on the wire."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic import ConfigDict

from shared.disputes.models import DisputeSide, DisputeStatus
from shared.disputes.views import DisputeFacts
from shared.http.inputs import ViewModel
from shared.http.pagination import PageView

EXAMPLE: Final[dict[str, Any]] = {
    "id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e71",
    "deal_id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e11",
    "step_no": 2,
    "amount_kopecks": 10_000_000,
    "side": "client",
    "reason": "Показы не проводились.",
    "status": "open",
    "to_executor_kopecks": None,
    "to_client_kopecks": None,
    "decision": None,
    "opened_at": "2026-11-24T10:00:00Z",
    "closed_at": None,
}


class DisputeView(ViewModel):
    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    id: UUID
    deal_id: UUID
    #: absent: all of the deal's steps
    step_no: int | None
    #: absent: all that is left of them
    amount_kopecks: int | None
    side: DisputeSide
    #: the opener's words
    reason: str
    status: DisputeStatus
    to_executor_kopecks: int | None
    to_client_kopecks: int | None
    #: the operator's words
    decision: str | None
    opened_at: datetime
    closed_at: datetime | None

    @classmethod
    def of(cls, facts: DisputeFacts) -> "DisputeView":
        dispute = facts.dispute
        amounts = {
            name: None if amount is None else amount.kopecks
            for name, amount in (
                ("amount_kopecks", dispute.amount_kopecks),
                ("to_executor_kopecks", dispute.to_executor_kopecks),
                ("to_client_kopecks", dispute.to_client_kopecks),
            )
        }
        return cls(
            id=dispute.id,
            deal_id=dispute.deal_id,
            step_no=facts.step_no,
            side=dispute.side,
            reason=facts.reason,
            status=dispute.status,
            decision=facts.decision,
            opened_at=dispute.opened_at,
            closed_at=dispute.closed_at,
            **amounts,
        )


class DisputeList(ViewModel):
    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [EXAMPLE]}]})

    items: list[DisputeView]


class DisputePage(PageView[DisputeView]):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"items": [EXAMPLE], "total": 1, "page": 1, "size": 20}]}
    )

    items: list[DisputeView]
