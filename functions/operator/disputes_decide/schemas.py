from typing import Annotated

from pydantic import ConfigDict, Field

from shared.disputes.closing import Decision
from shared.http.fields import ReasonField
from shared.http.inputs import RequestModel
from shared.kernel.money import Money

_Kopecks = Annotated[int, Field(strict=True, ge=0, le=10_000_000_000_000)]


class DecideDisputeRequest(RequestModel):
    """Sums of what the client paid; what neither gets goes on by the contract."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "to_executor_kopecks": 6_000_000,
                    "to_client_kopecks": 4_000_000,
                    "reason": "Показы подтверждены частично.",
                }
            ]
        }
    )

    to_executor_kopecks: _Kopecks
    to_client_kopecks: _Kopecks
    reason: ReasonField

    def agreed(self) -> Decision:
        return Decision(Money(self.to_executor_kopecks), Money(self.to_client_kopecks), self.reason)
