from pydantic import ConfigDict

from shared.http.fields import CodeField, PhoneField
from shared.http.inputs import RequestModel


class VerifyAgentCodeRequest(RequestModel):
    model_config = ConfigDict(json_schema_extra={"examples": [{"phone": "+79161234567", "code": "123456"}]})

    phone: PhoneField
    code: CodeField
