from pydantic import ConfigDict

from shared.http.fields import CodeField
from shared.http.inputs import RequestModel


class SignRequest(RequestModel):
    model_config = ConfigDict(json_schema_extra={"examples": [{"code": "123456"}]})

    code: CodeField
