from typing import Any, Final

from pydantic import ConfigDict

from shared.http.fields import (
    AddressField,
    CityField,
    CompanyInnField,
    CompanyTaxRegimeField,
    EmailField,
    KppField,
    OgrnField,
    OrganizationNameField,
    PhoneField,
)
from shared.http.inputs import RequestModel

_EXAMPLE: Final[dict[str, Any]] = {
    "name": "Общество с ограниченной ответственностью «Дом и ключи»",
    "short_name": "ООО «Дом и ключи»",
    "inn": "7707083893",
    "kpp": "770701001",
    "ogrn": "1027700132195",
    "legal_address": "101000, г. Москва, ул. Мясницкая, д. 10, помещ. 3",
    "city": "Москва",
    "tax_regime": "osn",
    "email": "office@example.ru",
    "phone": "+79161234567",
}


class OpenOrganizationRequest(RequestModel):
    """A legal entity; what is left out here is filled in before an operator approves it."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    name: OrganizationNameField
    short_name: OrganizationNameField | None = None
    inn: CompanyInnField
    kpp: KppField | None = None
    ogrn: OgrnField | None = None
    legal_address: AddressField
    city: CityField | None = None
    tax_regime: CompanyTaxRegimeField | None = None
    email: EmailField
    phone: PhoneField
