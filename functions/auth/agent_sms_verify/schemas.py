from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Strict

from shared.http.fields import CodeField, PhoneField
from shared.http.inputs import RequestModel


class VerifyAgentCodeRequest(RequestModel):
    model_config = ConfigDict(json_schema_extra={"examples": [{"phone": "+79161234567", "code": "123456"}]})

    phone: PhoneField
    code: CodeField
    #: of POST /auth/register/agent, where it was made from another address than this request
    registration_id: Annotated[UUID, Strict(strict=False)] | None = None
