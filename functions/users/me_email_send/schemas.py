from pydantic import ConfigDict

from shared.http.fields import EmailField
from shared.http.inputs import RequestModel, ViewModel


class SendEmailCodeRequest(RequestModel):
    model_config = ConfigDict(json_schema_extra={"examples": [{"email": "anna@example.ru"}]})

    email: EmailField


class EmailCodesView(ViewModel):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"message": "Код отправлен письмом.", "current_code_needed": False}]}
    )

    message: str
    #: a code went to the proved address too, and both are to be entered
    current_code_needed: bool

    @classmethod
    def of(cls, *, old_too: bool) -> "EmailCodesView":
        message = "Коды отправлены на новый и на прежний адрес." if old_too else "Код отправлен письмом."
        return cls(message=message, current_code_needed=old_too)
