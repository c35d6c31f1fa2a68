from typing import Self
from uuid import UUID

from pydantic import ConfigDict, model_validator

from shared.auth.directory import FoundPerson
from shared.http.fields import EmailField, PhoneField
from shared.http.inputs import RequestModel, ViewModel
from shared.kernel.roles import Role


class SearchUsersQuery(RequestModel):
    """Exactly one of the two, whole."""

    phone: PhoneField | None = None
    email: EmailField | None = None

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if (self.phone is None) == (self.email is None):
            raise ValueError("Укажите или телефон, или адрес электронной почты.")
        return self


class FoundUserView(ViewModel):
    id: UUID
    #: masked but for the platform's staff
    name: str | None
    #: the doors that are open to the person
    roles: list[Role]

    @classmethod
    def of(cls, found: FoundPerson) -> "FoundUserView":
        return cls(id=found.id, name=found.name, roles=found.roles)


class FoundUsersView(ViewModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [
                        {
                            "id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e01",
                            "name": "Мария Петровна И.",
                            "roles": ["agent"],
                        }
                    ]
                }
            ]
        }
    )

    items: list[FoundUserView]
