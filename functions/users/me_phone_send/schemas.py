from pydantic import ConfigDict

from shared.http.fields import PhoneField
from shared.http.inputs import RequestModel


class SendPhoneCodeRequest(RequestModel):
    model_config = ConfigDict(json_schema_extra={"examples": [{"phone": "+79161234567"}]})

    phone: PhoneField
