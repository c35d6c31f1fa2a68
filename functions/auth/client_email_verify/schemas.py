from pydantic import ConfigDict

from shared.http.fields import CodeField, EmailField
from shared.http.inputs import RequestModel


class VerifyClientCodeRequest(RequestModel):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"email": "anna@example.ru", "code": "123456"}]}
    )

    email: EmailField
    code: CodeField
