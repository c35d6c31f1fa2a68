from pydantic import ConfigDict

from shared.http.fields import ReasonField
from shared.http.inputs import RequestModel


class ObjectToActRequest(RequestModel):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"objection": "Передаточный акт не подготовлен."}]}
    )

    objection: ReasonField
