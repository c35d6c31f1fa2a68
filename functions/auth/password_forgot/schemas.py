from pydantic import ConfigDict

from shared.http.fields import EmailField
from shared.http.inputs import RequestModel


class ForgotPasswordRequest(RequestModel):
    model_config = ConfigDict(json_schema_extra={"examples": [{"email": "office@example.ru"}]})

    email: EmailField
