from pydantic import ConfigDict

from shared.http.fields import CodeField, PhoneField
from shared.http.inputs import RequestModel, ViewModel


class VerifyPhoneRequest(RequestModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"phone": "+79161234567", "code": "123456"},
                {"phone": "+79161234567", "code": "123456", "current_code": "654321"},
            ]
        }
    )

    phone: PhoneField
    code: CodeField
    #: from the proved phone that gives way; every session ends then
    current_code: CodeField | None = None


class PhoneVerifiedView(ViewModel):
    model_config = ConfigDict(json_schema_extra={"examples": [{"attached_deals": 1}]})

    #: deals in which a party carries this phone
    attached_deals: int
