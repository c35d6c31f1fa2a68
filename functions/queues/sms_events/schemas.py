from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class SmsRecords(BaseModel):
    """What the webhook function puts into the queue: verified records as they came; they name no phone."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    provider: Literal["smsru"]
    records: Annotated[list[str], Field(max_length=100)]
