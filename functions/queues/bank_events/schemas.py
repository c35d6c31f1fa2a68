from pydantic import BaseModel, ConfigDict


class BankMessage(BaseModel):
    """What the webhook function puts into the queue: the raw body as it came, under its terminal's name."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    provider: str
    body: str
