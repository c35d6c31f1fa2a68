from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from shared.http.inputs import RequestModel, ViewModel
from shared.payments.models import Payment, PaymentStatus


class PlacePaymentRequest(RequestModel):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"deal_id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e11", "step_no": 1}]}
    )

    deal_id: UUID
    step_no: Annotated[int, Field(strict=True, ge=1, le=999)]


class PlacedView(ViewModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "payment_id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e31",
                    "status": "received",
                    "amount_kopecks": 30_000_000,
                    "deal_id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e11",
                    "step_no": 1,
                }
            ]
        }
    )

    payment_id: UUID
    status: PaymentStatus
    amount_kopecks: int
    deal_id: UUID | None
    step_no: int

    @classmethod
    def of(cls, payment: Payment, step_no: int) -> "PlacedView":
        return cls(
            payment_id=payment.id,
            status=payment.status,
            amount_kopecks=payment.amount_kopecks.kopecks,
            deal_id=payment.deal_id,
            step_no=step_no,
        )
