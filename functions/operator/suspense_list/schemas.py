from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic import ConfigDict

from shared.desk.suspense import SuspendedPayment, age_seconds
from shared.http.inputs import ViewModel
from shared.http.pagination import PageView

_EXAMPLE: Final[dict[str, Any]] = {
    "payment_id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e31",
    "reason": "amount_mismatch",
    "amount_kopecks": 29_999_999,
    "provider": "yookassa",
    "provider_payment_id": "30a1b2c3-000f-5000-8000-1a2b3c4d5e6f",
    "deal_id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e11",
    "step_no": 1,
    "paid_at": "2026-11-24T10:00:00Z",
    "age_seconds": 5400,
}


class SuspendedView(ViewModel):
    payment_id: UUID
    #: a stable word
    reason: str
    amount_kopecks: int
    #: the terminal that collected
    provider: str
    provider_payment_id: str
    #: of the link that was paid; null where there was none
    deal_id: UUID | None
    step_no: int | None
    paid_at: datetime
    #: since we know of it
    age_seconds: int

    @classmethod
    def of(cls, suspended: SuspendedPayment, now: datetime) -> "SuspendedView":
        payment = suspended.payment
        return cls(
            payment_id=payment.id,
            reason=suspended.reason,
            amount_kopecks=payment.amount_kopecks.kopecks,
            provider=payment.provider,
            provider_payment_id=payment.provider_payment_id,
            deal_id=payment.deal_id,
            step_no=suspended.step_no,
            paid_at=payment.occurred_at,
            age_seconds=age_seconds(payment, now),
        )


class SuspensePage(PageView[SuspendedView]):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"items": [_EXAMPLE], "total": 1, "page": 1, "size": 20}]}
    )
