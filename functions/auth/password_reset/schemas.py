from pydantic import ConfigDict

from shared.http.fields import CodeField, EmailField, PasswordField
from shared.http.inputs import RequestModel


class ResetPasswordRequest(RequestModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"email": "office@example.ru", "code": "123456", "password": "correct horse battery"}
            ]
        }
    )

    email: EmailField
    code: CodeField
    password: PasswordField
