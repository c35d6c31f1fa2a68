from pydantic import ConfigDict

from shared.http.fields import PhoneField
from shared.http.inputs import RequestModel, ViewModel


class SendPhoneCodeRequest(RequestModel):
    model_config = ConfigDict(json_schema_extra={"examples": [{"phone": "+79161234567"}]})

    phone: PhoneField


class PhoneCodesView(ViewModel):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"message": "Код отправлен в SMS.", "current_code_needed": False}]}
    )

    message: str
    #: a code went to the proved phone too, and both are to be entered
    current_code_needed: bool

    @classmethod
    def of(cls, *, old_too: bool) -> "PhoneCodesView":
        message = "Коды отправлены в SMS на новый и на прежний номер." if old_too else "Код отправлен в SMS."
        return cls(message=message, current_code_needed=old_too)
