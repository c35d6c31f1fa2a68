from typing import Any, Final, Self
from uuid import UUID

from pydantic import ConfigDict, model_validator

from shared.auth.registrations import Details
from shared.http.consents_field import ConsentsField, Required
from shared.http.fields import CityField, EmailField, InnField, NameField, PhoneField
from shared.http.inputs import RequestModel, ViewModel

_EXAMPLE: Final[dict[str, Any]] = {
    "phone": "+79161234567",
    "name": "Иванова Мария Петровна",
    "email": "maria@example.ru",
    "city": "Москва",
    "is_self_employed": True,
    "personal_inn": "500100732259",
    "consents": {
        "personal_data": True,
        "terms": True,
        "marketing": False,
        "realtor_offer": True,
        "agency_offer": False,
    },
}


class AgentConsents(ConsentsField):
    realtor_offer: Required


class RegisterAgentRequest(RequestModel):
    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    phone: PhoneField
    name: NameField
    email: EmailField
    city: CityField | None = None
    is_self_employed: bool
    #: required of the self-employed
    personal_inn: InnField | None = None
    consents: AgentConsents

    @model_validator(mode="after")
    def _self_employed_has_an_inn(self) -> Self:
        if self.is_self_employed and self.personal_inn is None:
            raise ValueError("Самозанятому нужен ИНН: укажите personal_inn.")
        return self

    def details(self) -> Details:
        return Details(self.name, self.email, self.city, self.is_self_employed, self.personal_inn)


class AgentRegisteredView(ViewModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e01",
                    "message": "Данные приняты. Подтвердите номер телефона: войдите по коду из SMS.",
                }
            ]
        }
    )

    #: the person's, if he is new
    id: UUID
    message: str
