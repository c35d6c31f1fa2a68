from typing import Any, Final

from pydantic import ConfigDict

from shared.http.fields import AddressField, CityField, InnField, NameField, PassportField
from shared.http.inputs import RequestModel
from shared.users.models import TaxStatus
from shared.users.profiles import Changes

_EXAMPLE: Final[dict[str, Any]] = {
    "full_name": "Иванова Мария Петровна",
    "inn": "500100732259",
    "city": "Москва",
    "tax_status": "self_employed",
    "address": "125009, г. Москва, ул. Тверская, д. 1, кв. 2",
    "passport": {
        "series": "4512",
        "number": "123456",
        "issued_on": "2015-04-20",
        "issued_by": "ОВД района Тверской г. Москвы",
        "department_code": "770-053",
    },
}


class UpdateMeRequest(RequestModel):
    """A field that isn't named stays; null clears it (RFC 7396). A passport is replaced as a whole."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    full_name: NameField | None = None
    inn: InnField | None = None
    city: CityField | None = None
    tax_status: TaxStatus | None = None
    address: AddressField | None = None
    passport: PassportField | None = None

    def changes(self) -> Changes:
        return self.model_dump(mode="json", exclude_unset=True)
