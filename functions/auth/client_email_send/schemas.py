from pydantic import ConfigDict

from shared.http.fields import EmailField
from shared.http.inputs import RequestModel


class SendClientCodeRequest(RequestModel):
    model_config = ConfigDict(json_schema_extra={"examples": [{"email": "anna@example.ru"}]})

    email: EmailField
