from typing import Annotated

from pydantic import ConfigDict, StringConstraints

from shared.http.inputs import RequestModel


class AssignTerminalRequest(RequestModel):
    """``terminal`` is a configured one's name; null for the default."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"terminal": "yookassa"}]})

    terminal: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,32}$")] | None
