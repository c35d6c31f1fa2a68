from typing import Self

from pydantic import ConfigDict, model_validator

from shared.http.fields import EmailField, PhoneField
from shared.http.invitation_view import TermsFields


class InviteRequest(TermsFields):
    """Either a phone or an e-mail address: the link goes there, and who accepts has proved it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"phone": "+79161234567", "member_role": "agent", "share_bps": 7_000}]
        }
    )

    phone: PhoneField | None = None
    email: EmailField | None = None

    @model_validator(mode="after")
    def _has_one_address(self) -> Self:
        if (self.phone is None) == (self.email is None):
            raise ValueError("Укажите телефон или почту: что-то одно.")
        return self
