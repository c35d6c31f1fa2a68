"""Where a person or an organization is paid: as it is given, and as its owner sees it."""

from datetime import datetime
from typing import Annotated, Any, Final, Self
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from shared.http.fields import OrganizationNameField, PhoneField
from shared.http.inputs import RequestModel, ViewModel
from shared.kernel.bank_details import (
    key_fits,
    looks_like_card_number,
    masked_account,
    valid_account,
    valid_bik,
)
from shared.kernel.contacts import masked_phone
from shared.organizations.payout_account_models import PayoutAccountKind
from shared.organizations.payout_account_reading import AccountLine
from shared.organizations.payout_details import BankAccount, Card, Details, OwnPhone, SbpPhone

EXAMPLE: Final[dict[str, Any]] = {
    "id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e05",
    "kind": "sbp_phone",
    "phone": "+7 916 ***-**-67",
    "bank_id": "100000000111",
    "bik": None,
    "account": None,
    "holder": None,
    "last4": None,
    "is_default": True,
    "usable_from": "2026-11-24T10:00:00Z",
    "created_at": "2026-11-24T10:00:00Z",
}


def _no_card_number(text: str) -> str:
    if looks_like_card_number(text):
        raise ValueError("Номер карты передавать нельзя: нужен токен, который даёт форма карты.")
    return text


_NEEDED: Final = {
    PayoutAccountKind.SBP_PHONE: {"bank_id"},
    PayoutAccountKind.BANK_ACCOUNT: {"bik", "account", "holder"},
    PayoutAccountKind.CARD: {"token", "last4"},
}
_OPTIONAL: Final[dict[PayoutAccountKind, set[str]]] = {
    PayoutAccountKind.SBP_PHONE: {"phone"},
    PayoutAccountKind.BANK_ACCOUNT: set(),
    PayoutAccountKind.CARD: set(),
}
_SENTENCES: Final = {
    PayoutAccountKind.SBP_PHONE: "Для выплат по СБП укажите банк и, если нужно, телефон, и ничего больше.",
    PayoutAccountKind.BANK_ACCOUNT: "Для счёта укажите БИК, номер счёта и получателя, и ничего больше.",
    PayoutAccountKind.CARD: "Для карты укажите токен и последние четыре цифры, и ничего больше.",
}


class PayoutAccountFields(RequestModel):
    """``kind`` says what else is given; for other kinds it is left out.

    sbp_phone: ``bank_id`` (the twelve digits by which СБП names a bank) and, if it isn't the caller's verified one,
    ``phone``. bank_account: ``bik``, ``account`` and ``holder`` as the bank knows him. card: the payout provider's
    ``token`` (its number is refused) and ``last4``.
    """

    kind: PayoutAccountKind
    bank_id: Annotated[str, Field(pattern=r"^[0-9]{12}$", examples=["100000000111"])] | None = None
    phone: PhoneField | None = None
    bik: Annotated[str, Field(max_length=16, examples=["044525225"]), AfterValidator(valid_bik)] | None = None
    account: (
        Annotated[str, Field(max_length=32, examples=["40817810700000000001"]), AfterValidator(valid_account)]
        | None
    ) = None
    holder: OrganizationNameField | None = None
    token: (
        Annotated[str, Field(pattern=r"^[A-Za-z0-9._:-]{16,128}$"), AfterValidator(_no_card_number)] | None
    ) = None
    last4: Annotated[str, Field(pattern=r"^[0-9]{4}$", examples=["1234"])] | None = None

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        given = {name for name in self.model_fields_set if getattr(self, name) is not None} - {"kind"}
        needed = _NEEDED[self.kind]
        if not needed <= given <= needed | _OPTIONAL[self.kind]:
            raise ValueError(_SENTENCES[self.kind])
        if self.account and self.bik and not key_fits(self.account, self.bik):
            raise ValueError("Счёт не подходит к БИК: не сходится контрольная цифра. Проверьте оба номера.")
        return self

    def details(self) -> Details | OwnPhone:
        """What was given, as the kind has it; empty text can't be here."""
        match self.kind:
            case PayoutAccountKind.BANK_ACCOUNT:
                return BankAccount(self.bik or "", self.account or "", self.holder or "")
            case PayoutAccountKind.CARD:
                return Card(self.token or "", self.last4 or "")
            case _ if self.phone is None:
                return OwnPhone(self.bank_id or "")
        return SbpPhone(self.phone, self.bank_id or "")


class PayoutAccountView(ViewModel):
    """What belongs to another kind is null; numbers are masked. Before ``usable_from`` nothing is paid there."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    id: UUID
    kind: PayoutAccountKind
    phone: str | None = None
    bank_id: str | None = None
    bik: str | None = None
    account: str | None = None
    holder: str | None = None
    last4: str | None = None
    is_default: bool
    #: null until a checked signer of the organization has confirmed it
    usable_from: datetime | None
    created_at: datetime

    @classmethod
    def of(cls, line: AccountLine) -> Self:
        return cls(
            id=line.id,
            kind=line.kind,
            **_shown(line.details),
            is_default=line.is_default,
            usable_from=line.usable_from,
            created_at=line.created_at,
        )


def _shown(details: Details) -> dict[str, Any]:
    match details:
        case SbpPhone():
            return {"phone": masked_phone(details.phone), "bank_id": details.bank_id}
        case BankAccount():
            account = masked_account(details.account)
            return {"bik": details.bik, "account": account, "holder": details.holder}
        case Card():
            return {"last4": details.last4}
