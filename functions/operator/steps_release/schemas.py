from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from shared.http.inputs import RequestModel, ViewModel
from shared.kernel.money import Money
from shared.payouts.release_models import ReleaseReason, StepRelease


class EarlyReason(StrEnum):
    PARTIES_AGREED = "parties_agreed"
    OPERATOR_DECISION = "operator_decision"


class ReleaseStepRequest(RequestModel):
    """A part of what the step holds, or all of it."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"amount_kopecks": 1_000_000, "reason": "parties_agreed"}]}
    )

    amount_kopecks: Annotated[int, Field(strict=True, gt=0, le=10_000_000_000_000)] | None = None
    reason: EarlyReason

    def amount(self) -> Money | None:
        return None if self.amount_kopecks is None else Money(self.amount_kopecks)

    def release_reason(self) -> ReleaseReason:
        return ReleaseReason(self.reason)


class ReleaseView(ViewModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e81",
                    "payment_id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e31",
                    "amount_kopecks": 1_000_000,
                    "reason": "parties_agreed",
                    "released_at": "2026-11-24T10:00:00Z",
                }
            ]
        }
    )

    id: UUID
    payment_id: UUID
    amount_kopecks: int
    reason: ReleaseReason
    released_at: datetime

    @classmethod
    def of(cls, released: StepRelease) -> "ReleaseView":
        return cls(
            id=released.id,
            payment_id=released.payment_id,
            amount_kopecks=released.amount_kopecks.kopecks,
            reason=released.reason,
            released_at=released.released_at,
        )
