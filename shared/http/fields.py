"""Types of fields that requests share; what is wrong with a value is said in Russian."""

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from shared.http.inputs import RequestModel
from shared.kernel.clock import moscow_date, utc_now
from shared.kernel.contacts import normal_email, normal_phone, valid_inn
from shared.kernel.legal_entities import valid_kpp, valid_ogrn
from shared.kernel.money import ALL_BPS
from shared.kernel.tax import TaxRegime

_NAME_PARTS = r"^[^\W\d_][\w .,'’()\-]*$"


def _person_inn(text: str) -> str:
    return valid_inn(text, length=12)


def _company_inn(text: str) -> str:
    return valid_inn(text, length=10)


def _company_regime(regime: TaxRegime) -> TaxRegime:
    if regime in {TaxRegime.NPD, TaxRegime.PATENT}:
        raise ValueError("НПД и патент — не для организаций.")
    return regime


def _passport_date(day: date) -> date:
    if not date(1991, 12, 25) <= day <= moscow_date(utc_now()):
        raise ValueError("Проверьте дату выдачи паспорта.")
    return day


PhoneField = Annotated[str, Field(max_length=32, examples=["+79161234567"]), AfterValidator(normal_phone)]
EmailField = Annotated[str, Field(max_length=254, examples=["ivan@example.ru"]), AfterValidator(normal_email)]
InnField = Annotated[str, Field(max_length=32, examples=["500100732259"]), AfterValidator(_person_inn)]
CompanyInnField = Annotated[str, Field(max_length=32, examples=["7707083893"]), AfterValidator(_company_inn)]
KppField = Annotated[str, Field(max_length=32, examples=["770701001"]), AfterValidator(valid_kpp)]
OgrnField = Annotated[str, Field(max_length=32, examples=["1027700132195"]), AfterValidator(valid_ogrn)]
#: as registers write it; nothing in it becomes a link in a letter
OrganizationNameField = Annotated[
    str,
    Field(
        min_length=2, max_length=200, pattern=r"^[\w .,'\"«»“”„’()№&+!\-–—]+$", examples=["ООО «Дом и ключи»"]
    ),
]
CompanyTaxRegimeField = Annotated[TaxRegime, AfterValidator(_company_regime)]
ReasonField = Annotated[str, Field(min_length=5, max_length=500)]
ShareField = Annotated[int, Field(strict=True, gt=0, lt=ALL_BPS, examples=[7_000])]
CodeField = Annotated[str, Field(pattern=r"^[0-9]{6}$", examples=["123456"])]
NameField = Annotated[
    str, Field(min_length=2, max_length=200, pattern=_NAME_PARTS, examples=["Иванова Мария Петровна"])
]
CityField = Annotated[str, Field(min_length=2, max_length=100, examples=["Москва"])]
AddressField = Annotated[
    str, Field(min_length=5, max_length=500, examples=["125009, г. Москва, ул. Тверская, д. 1, кв. 2"])
]
#: Spaces at its ends belong to a password.
PasswordField = Annotated[
    str,
    StringConstraints(strip_whitespace=False, min_length=1, max_length=1_000),
    Field(examples=["correct horse battery"]),
]
Sha256Field = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", examples=["0" * 64])]


class PassportField(RequestModel):
    """The internal passport of a citizen of Russia; issued since there is such a state, today in Moscow at the latest."""

    series: Annotated[str, Field(pattern=r"^[0-9]{4}$", examples=["4512"])]
    number: Annotated[str, Field(pattern=r"^[0-9]{6}$", examples=["123456"])]
    issued_on: Annotated[date, AfterValidator(_passport_date)]
    issued_by: Annotated[str, Field(min_length=5, max_length=300)]
    department_code: Annotated[str, Field(pattern=r"^[0-9]{3}-[0-9]{3}$", examples=["770-053"])]
