from pydantic import ConfigDict

from shared.http.fields import ReasonField
from shared.http.inputs import RequestModel


class ExplainDifferenceRequest(RequestModel):
    """``reason`` is for colleagues and auditors; it is kept sealed."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"reason": "Банк удержал комиссию за обслуживание, письмо от 24.11"}]}
    )

    reason: ReasonField
