from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from shared.ports.sms import SmsProgress, SmsReport

_CLOSED = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
_Word = Annotated[str, Field(min_length=1, max_length=64)]


class SaidOfMessage(BaseModel):
    model_config = _CLOSED

    provider_message_id: _Word
    progress: SmsProgress
    provider_code: _Word
    reported_at: AwareDatetime | None


class SmsReports(BaseModel):
    """What the webhook function puts into the queue: verified words about messages; they name no phone."""

    model_config = _CLOSED

    provider: _Word
    reports: Annotated[list[SaidOfMessage], Field(max_length=100)]

    def as_said(self) -> list[SmsReport]:
        return [SmsReport(**one.model_dump()) for one in self.reports]
