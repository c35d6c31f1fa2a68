"""The people of a document: who performs, who orders, whose platform it is. See ``contract_data`` for the units."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shared.documents.data_checks import check_inn, check_phone
from shared.kernel.tax import TaxRegime


class ExecutorKind(StrEnum):
    AGENCY = "agency"
    SELF_EMPLOYED = "self_employed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Who signs for an organization; ``basis`` e.g. "Устав" or "Доверенность № 5 от 01.02.2026"."""

    name: str
    position: str
    basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BankDetails:
    account: str
    bank_name: str
    bic: str
    correspondent_account: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Executor:
    """An agency (a legal entity with a signer) or a self-employed agent (НПД)."""

    kind: ExecutorKind
    tax_regime: TaxRegime
    name: str
    short_name: str
    inn: str
    phone: str
    #: an agent who came by his phone may have none
    email: str | None = None
    kpp: str | None = None
    ogrn: str | None = None
    legal_address: str | None = None
    bank: BankDetails | None = None
    signer: Signer | None = None

    def __post_init__(self) -> None:
        check_inn(self.inn, digits=10 if self.is_agency else 12)
        check_phone(self.phone)
        if self.is_agency:
            if self.tax_regime is TaxRegime.NPD:
                raise ValueError("tax_regime of an agency can't be npd")
            for field in ("email", "kpp", "ogrn", "legal_address", "signer"):
                if getattr(self, field) is None:
                    raise ValueError(f"{field} of an agency is missing")
        elif self.tax_regime is not TaxRegime.NPD:
            raise ValueError("tax_regime of a self-employed agent must be npd")

    @property
    def is_agency(self) -> bool:
        return self.kind is ExecutorKind.AGENCY


@dataclass(frozen=True, slots=True, kw_only=True)
class Passport:
    series: str
    number: str
    issued_by: str
    issued_on: date
    department_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    name: str
    phone: str
    email: str | None = None
    address: str | None = None
    birth_date: date | None = None
    passport: Passport | None = None

    def __post_init__(self) -> None:
        check_phone(self.phone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """``name`` is its operator's, e.g. "ООО «Хаузлер»"; ``url`` where people go."""

    name: str
    url: str
    inn: str

    def __post_init__(self) -> None:
        check_inn(self.inn, digits=10)
