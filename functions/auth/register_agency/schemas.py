from typing import Any, Final
from uuid import UUID

from pydantic import ConfigDict

from shared.http.consents_field import ConsentsField, Required
from shared.http.fields import (
    AddressField,
    CompanyInnField,
    EmailField,
    NameField,
    OrganizationNameField,
    PasswordField,
    PhoneField,
)
from shared.http.inputs import RequestModel, ViewModel

_EXAMPLE: Final[dict[str, Any]] = {
    "inn": "7707083893",
    "name": "ООО «Дом и ключи»",
    "legal_address": "101000, г. Москва, ул. Мясницкая, д. 10, помещ. 3",
    "contact_name": "Кузнецов Пётр Андреевич",
    "contact_phone": "+79161234567",
    "contact_email": "office@example.ru",
    "password": "correct horse battery",
    "consents": {
        "personal_data": True,
        "terms": True,
        "marketing": False,
        "realtor_offer": False,
        "agency_offer": True,
    },
}


class AgencyConsents(ConsentsField):
    agency_offer: Required


class RegisterAgencyRequest(RequestModel):
    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    inn: CompanyInnField
    name: OrganizationNameField
    legal_address: AddressField
    contact_name: NameField
    contact_phone: PhoneField
    contact_email: EmailField
    password: PasswordField
    consents: AgencyConsents


class AgencyRegisteredView(ViewModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e01",
                    "message": "Заявка принята. Что делать дальше, написано в письме.",
                }
            ]
        }
    )

    #: the organization's
    id: UUID
    message: str
