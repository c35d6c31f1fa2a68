from pydantic import ConfigDict

from shared.http.fields import CodeField, EmailField
from shared.http.inputs import RequestModel


class VerifyEmailRequest(RequestModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"email": "anna@example.ru", "code": "123456"},
                {"email": "anna@example.ru", "code": "123456", "current_code": "654321"},
            ]
        }
    )

    email: EmailField
    code: CodeField
    #: from the proved address that gives way; every session ends then
    current_code: CodeField | None = None
