from typing import Annotated

from pydantic import ConfigDict, Field

from shared.disputes.opening import Claim
from shared.http.fields import ReasonField
from shared.http.inputs import RequestModel
from shared.kernel.money import Money


class OpenDisputeRequest(RequestModel):
    """A step or all of them; a sum or all that is left."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "Показы не проводились."}]})

    step_no: Annotated[int, Field(strict=True, ge=1, le=1_000)] | None = None
    amount_kopecks: Annotated[int, Field(strict=True, gt=0, le=10_000_000_000_000)] | None = None
    reason: ReasonField

    def claim(self) -> Claim:
        amount = None if self.amount_kopecks is None else Money(self.amount_kopecks)
        return Claim(self.step_no, amount, self.reason)
