from pydantic import ConfigDict

from shared.http.fields import ReasonField
from shared.http.inputs import RequestModel


class ObjectToMilestoneRequest(RequestModel):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"objection": "Предварительный договор ещё не подписан."}]}
    )

    objection: ReasonField
