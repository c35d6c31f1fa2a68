from uuid import UUID

from pydantic import ConfigDict, Field

from shared.http.inputs import RequestModel


class CreateIntentRequest(RequestModel):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"deal_id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e11", "step_no": 1}]}
    )

    deal_id: UUID
    step_no: int = Field(ge=1, le=1_000)
