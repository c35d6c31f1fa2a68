"""A refund on the wire."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic import ConfigDict

from shared.http.inputs import ViewModel
from shared.http.pagination import PageView
from shared.refunds.models import RefundReason, RefundStatus
from shared.refunds.views import RefundFacts

EXAMPLE: Final[dict[str, Any]] = {
    "id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e61",
    "payment_id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e31",
    "deal_id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e11",
    "step_no": 1,
    "status": "accepted",
    "amount_kopecks": 5_000_000,
    "reason": "client_request",
    "comment": None,
    "wait_reason": None,
    "failure_reason": None,
    "created_at": "2026-11-24T10:00:00Z",
    "approve_until": None,
    "final_at": None,
}


class RefundView(ViewModel):
    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    id: UUID
    payment_id: UUID
    #: absent for a payment that fitted no deal
    deal_id: UUID | None
    step_no: int | None
    status: RefundStatus
    amount_kopecks: int
    reason: RefundReason
    #: the asker's words; never shown to the client
    comment: str | None
    #: why it waits for money: a stable word
    wait_reason: str | None
    failure_reason: str | None
    created_at: datetime
    #: until when a second person may approve it
    approve_until: datetime | None
    final_at: datetime | None

    @classmethod
    def of(cls, facts: RefundFacts) -> "RefundView":
        refund = facts.refund
        return cls(
            id=refund.id,
            payment_id=refund.payment_id,
            deal_id=refund.deal_id,
            step_no=facts.step_no,
            status=refund.status,
            amount_kopecks=refund.amount_kopecks.kopecks,
            reason=refund.reason,
            comment=facts.comment,
            wait_reason=refund.wait_reason,
            failure_reason=refund.failure_reason,
            created_at=refund.created_at,
            approve_until=refund.expires_at,
            final_at=refund.final_at,
        )


class RefundPage(PageView[RefundView]):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"items": [EXAMPLE], "total": 1, "page": 1, "size": 20}]}
    )
