from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from shared.http.inputs import RequestModel


class CreateIntentRequest(RequestModel):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"deal_id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e11", "step_no": 1}]}
    )

    deal_id: UUID
    #: either this
    step_no: Annotated[int, Field(ge=1, le=1_000)] | None = None
    #: or the advance, which is a step too
    advance: bool = False

    @model_validator(mode="after")
    def names_one_step(self) -> Self:
        if (self.step_no is None) != self.advance:
            raise ValueError("Укажите шаг: step_no или advance.")
        return self
