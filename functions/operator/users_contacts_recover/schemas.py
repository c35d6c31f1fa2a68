from typing import Annotated, Self

from pydantic import ConfigDict, Field, model_validator

from shared.auth.models import CodeChannel
from shared.http.fields import EmailField, PhoneField
from shared.http.inputs import RequestModel

_REASON = "Потерян телефон, личность проверена по видеозвонку"


class RecoverContactRequest(RequestModel):
    """Either a phone or an address."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"phone": "+79161234567", "reason": _REASON},
                {"email": "anna@example.ru", "reason": _REASON},
            ]
        }
    )

    phone: PhoneField | None = None
    email: EmailField | None = None
    #: how the operator knows that it is he; kept sealed
    reason: Annotated[str, Field(min_length=5, max_length=500)]

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.phone is None) == (self.email is None):
            raise ValueError("Укажите либо phone, либо email.")
        return self

    @property
    def channel(self) -> CodeChannel:
        return CodeChannel.EMAIL if self.phone is None else CodeChannel.SMS

    @property
    def address(self) -> str:
        return self.phone or self.email or ""
