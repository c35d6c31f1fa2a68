from datetime import date

from pydantic import ConfigDict

from shared.http.inputs import RequestModel


class RunReconciliationRequest(RequestModel):
    """``day`` is one of the Moscow calendar, and over."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"day": "2026-11-23"}]})

    day: date
