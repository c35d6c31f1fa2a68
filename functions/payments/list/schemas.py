from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict

from shared.http.inputs import ViewModel
from shared.http.pagination import PageQuery, PageView
from shared.payments.models import Payment


class ListPaymentsQuery(PageQuery):
    deal_id: UUID | None = None


class PaymentLine(ViewModel):
    id: UUID
    deal_id: UUID | None
    step_no: int
    status: str
    amount_kopecks: int
    late: bool
    paid_at: datetime

    @classmethod
    def of(cls, payment: Payment, step_no: int) -> "PaymentLine":
        return cls(
            id=payment.id,
            deal_id=payment.deal_id,
            step_no=step_no,
            status=payment.status,
            amount_kopecks=payment.amount_kopecks.kopecks,
            late=payment.late,
            paid_at=payment.occurred_at,
        )


class PaymentPage(PageView[PaymentLine]):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [
                        {
                            "id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e31",
                            "deal_id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e11",
                            "step_no": 1,
                            "status": "received",
                            "amount_kopecks": 30_000_000,
                            "late": False,
                            "paid_at": "2026-11-24T10:20:00Z",
                        }
                    ],
                    "total": 1,
                    "page": 1,
                    "size": 20,
                }
            ]
        }
    )
