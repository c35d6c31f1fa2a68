from typing import Self

from pydantic import ConfigDict

from shared.http.inputs import ViewModel
from shared.organizations.bank_models import Bank


class BankView(ViewModel):
    """As the Bank of Russia's directory has it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "bik": "044525225",
                    "name": "ПАО Сбербанк",
                    "city": "г Москва",
                    "correspondent_account": "30101810400000000225",
                }
            ]
        }
    )

    bik: str
    name: str
    city: str | None
    correspondent_account: str | None

    @classmethod
    def of(cls, bank: Bank) -> Self:
        return cls(
            bik=bank.bik,
            name=bank.name,
            city=bank.city,
            correspondent_account=bank.correspondent_account,
        )
