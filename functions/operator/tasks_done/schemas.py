from typing import Annotated

from pydantic import ConfigDict, Field

from shared.http.inputs import RequestModel


class SettleTaskRequest(RequestModel):
    """``note`` says what was done; it is kept sealed."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"note": "Клиент подтвердил: деньги вернулись"}]}
    )

    note: Annotated[str, Field(min_length=3, max_length=1_000)]
