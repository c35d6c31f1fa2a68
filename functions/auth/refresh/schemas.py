from typing import Annotated

from pydantic import ConfigDict, Field

from shared.http.inputs import RequestModel


class RefreshRequest(RequestModel):
    """Empty in the cabinets, whose refresh token is in a cookie."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"refresh_token": "Zm9yLWV4YW1wbGUtb25seS1uby10b2tlbi1hdC1hbGw"}]}
    )

    refresh_token: Annotated[str, Field(min_length=20, max_length=200)] | None = None
