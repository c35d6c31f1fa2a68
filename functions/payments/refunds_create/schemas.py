from typing import Literal

from pydantic import ConfigDict, Field

from shared.http.inputs import RequestModel
from shared.refunds.models import RefundReason


class CreateRefundRequest(RequestModel):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"amount_kopecks": 500_000, "reason": "client_request"}]}
    )

    amount_kopecks: int = Field(ge=1, le=10**12)
    reason: Literal[
        RefundReason.CLIENT_REQUEST,
        RefundReason.SERVICE_NOT_RENDERED,
        RefundReason.DEAL_CANCELLED,
        RefundReason.WRONG_AMOUNT,
        RefundReason.OTHER,
    ]
    #: for the people who look at it later
    comment: str | None = Field(default=None, min_length=1, max_length=500)
