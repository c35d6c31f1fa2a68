from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict

from shared.http.inputs import ViewModel
from shared.http.pagination import PageQuery, PageView
from shared.payments.views import owner_word
from shared.payouts.models import Payout


class ListPayoutsQuery(PageQuery):
    deal_id: UUID | None = None


class PayoutLine(ViewModel):
    id: UUID
    deal_id: UUID
    step_no: int
    #: "agent" or "agency"
    owner: str
    amount_kopecks: int
    status: str
    #: why a planned payout waits: a stable word
    hold_reason: str | None
    final_at: datetime | None

    @classmethod
    def of(cls, payout: Payout, step_no: int) -> "PayoutLine":
        return cls(
            id=payout.id,
            deal_id=payout.deal_id,
            step_no=step_no,
            owner=owner_word(payout.owner_user_id, payout.owner_organization_id),
            amount_kopecks=payout.amount_kopecks.kopecks,
            status=payout.status,
            hold_reason=payout.hold_reason,
            final_at=payout.final_at,
        )


class PayoutPage(PageView[PayoutLine]):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [
                        {
                            "id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e41",
                            "deal_id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e11",
                            "step_no": 1,
                            "owner": "agent",
                            "amount_kopecks": 16_793_115,
                            "status": "succeeded",
                            "hold_reason": None,
                            "final_at": "2026-11-24T10:30:00Z",
                        }
                    ],
                    "total": 1,
                    "page": 1,
                    "size": 20,
                }
            ]
        }
    )
