from uuid import UUID

from pydantic import ConfigDict, Field

from shared.http.inputs import RequestModel, ViewModel
from shared.payouts.models import Payout


class RetryPayoutRequest(RequestModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"payout_id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e41", "reason": "account_changed"},
            ]
        }
    )

    payout_id: UUID
    #: a stable word for the audit log, nothing personal
    reason: str = Field(pattern=r"^[a-z][a-z0-9_]{2,63}$")


class PlannedPayoutView(ViewModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "payout_id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e41",
                    "status": "planned",
                    "attempt": 2,
                    "amount_kopecks": 16_793_115,
                }
            ]
        }
    )

    payout_id: UUID
    status: str
    attempt: int
    amount_kopecks: int

    @classmethod
    def of(cls, payout: Payout) -> "PlannedPayoutView":
        return cls(
            payout_id=payout.id,
            status=payout.status,
            attempt=payout.attempt,
            amount_kopecks=payout.amount_kopecks.kopecks,
        )
