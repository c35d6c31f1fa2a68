from typing import Annotated, Any, Final

from pydantic import AfterValidator, ConfigDict

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
    ShareField,
)
from shared.http.inputs import RequestModel
from shared.organizations.changing import Changes

_EXAMPLE: Final[dict[str, Any]] = {"city": "Казань", "tax_regime": "usn", "agent_share_bps": 6_500}


def _not_null(value: str | None) -> str | None:
    if value is None:
        raise ValueError("Это поле нельзя очистить.")
    return value


_Kept = AfterValidator(_not_null)


class UpdateOrganizationRequest(RequestModel):
    """A field that isn't named stays; null clears what may be empty (RFC 7396).

    Names, ИНН, КПП and ОГРН can be changed until an operator has approved the organization.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    name: Annotated[OrganizationNameField | None, _Kept] = None
    short_name: Annotated[OrganizationNameField | None, _Kept] = None
    inn: Annotated[CompanyInnField | None, _Kept] = None
    kpp: KppField | None = None
    ogrn: OgrnField | None = None
    legal_address: Annotated[AddressField | None, _Kept] = None
    city: CityField | None = None
    tax_regime: CompanyTaxRegimeField | None = None
    email: Annotated[EmailField | None, _Kept] = None
    phone: Annotated[PhoneField | None, _Kept] = None
    agent_share_bps: ShareField | None = None

    def changes(self) -> Changes:
        return self.model_dump(exclude_unset=True)
