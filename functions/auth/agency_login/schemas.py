from pydantic import ConfigDict

from shared.http.fields import EmailField, PasswordField
from shared.http.inputs import RequestModel


class AgencyLoginRequest(RequestModel):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"email": "office@example.ru", "password": "correct horse battery"}]}
    )

    email: EmailField
    password: PasswordField
