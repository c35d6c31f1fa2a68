from pydantic import ConfigDict

from shared.http.inputs import ViewModel


class EndedView(ViewModel):
    """How many sessions have ended."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"ended": 2}]})

    ended: int
