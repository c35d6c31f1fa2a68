from datetime import date
from typing import Annotated, Any, Final, Literal, Self

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from shared.deals.models import DealType, ExecutorKind
from shared.deals.opening import Advance, ClientFacts, PlannedStep, Terms
from shared.deals.words import PropertyType, ReleaseRule, StepTrigger
from shared.http.fields import EmailField, NameField, PassportField, PhoneField
from shared.http.inputs import RequestModel
from shared.kernel.money import ALL_BPS, Money

#: 100 billion roubles: more is a slip of the keyboard
Kopecks = Annotated[int, Field(strict=True, ge=0, le=10_000_000_000_000)]
PositiveKopecks = Annotated[int, Field(strict=True, gt=0, le=10_000_000_000_000)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=300)]

_EXAMPLE: Final[dict[str, Any]] = {
    "type": "secondary_sell",
    "executor": "org",
    "property": {"type": "apartment", "address": "г. Москва, ул. Лесная, д. 5, кв. 12", "city": "Москва"},
    "price_kopecks": 1_250_000_000,
    "commission": {"fixed_kopecks": 0, "bps": 240},
    "plan": [{"amount_kopecks": 30_000_000, "trigger": "immediate", "release_rule": "immediate"}],
    "hold_days": 0,
    "silence_days": 5,
    "exclusive_until": "2027-03-31",
    "client": {
        "name": "Соколова Анна Петровна",
        "phone": "+79161234567",
        "email": "anna@example.com",
        "address": "г. Москва, ул. Лесная, д. 5, кв. 12",
        "passport": {
            "series": "4512",
            "number": "123456",
            "issued_by": "ОВД района Тверской г. Москвы",
            "issued_on": "2015-04-20",
            "department_code": "770-053",
        },
    },
}


class PropertyRequest(RequestModel):
    type: PropertyType
    address: Line
    city: Annotated[str, StringConstraints(min_length=1, max_length=100)]


class CommissionRequest(RequestModel):
    """A fixed sum, a share of the price, or both."""

    fixed_kopecks: Kopecks = 0
    bps: Annotated[int, Field(strict=True, ge=0, le=ALL_BPS)] = 0

    @model_validator(mode="after")
    def is_something(self) -> Self:
        if self.fixed_kopecks == 0 and self.bps == 0:
            raise ValueError("Укажите вознаграждение: сумму, долю от цены или и то и другое.")
        return self


class StepRequest(RequestModel):
    #: a rouble at least: less can neither be paid nor taxed
    amount_kopecks: Annotated[int, Field(strict=True, ge=100, le=10_000_000_000_000)]
    trigger: StepTrigger
    release_rule: ReleaseRule
    due_on: date | None = None
    milestone: Annotated[str, StringConstraints(min_length=3, max_length=200)] | None = None

    @model_validator(mode="after")
    def names_its_trigger(self) -> Self:
        if ("date" in {self.trigger.value, self.release_rule.value}) != (self.due_on is not None):
            raise ValueError("Дата нужна шагу с условием «date», и только ему.")
        if ("milestone" in {self.trigger.value, self.release_rule.value}) != (self.milestone is not None):
            raise ValueError("Событие нужно шагу с условием «milestone», и только ему.")
        return self

    def planned(self) -> PlannedStep:
        return PlannedStep(
            Money(self.amount_kopecks), self.trigger, self.release_rule, self.due_on, self.milestone
        )


class AdvanceRequest(RequestModel):
    """A sum, or a share of the commission; it is the first step of the plan, due once the contract is signed."""

    fixed_kopecks: Annotated[int, Field(strict=True, ge=100, le=10_000_000_000_000)] | None = None
    bps: Annotated[int, Field(strict=True, gt=0, lt=ALL_BPS)] | None = None
    release_rule: Literal[ReleaseRule.IMMEDIATE, ReleaseRule.ACT]

    @model_validator(mode="after")
    def is_one_of_the_two(self) -> Self:
        if (self.fixed_kopecks is None) == (self.bps is None):
            raise ValueError("Укажите аванс суммой или долей вознаграждения.")
        return self

    def agreed(self) -> Advance:
        fixed = None if self.fixed_kopecks is None else Money(self.fixed_kopecks)
        return Advance(fixed, self.bps, self.release_rule)


class ClientRequest(RequestModel):
    name: NameField
    phone: PhoneField
    email: EmailField | None = None
    address: Line | None = None
    passport: PassportField | None = None

    def facts(self) -> ClientFacts:
        passport = None if self.passport is None else self.passport.model_dump(mode="json")
        return ClientFacts(self.name, self.phone, self.email, self.address, passport)


class CreateDealRequest(RequestModel):
    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    type: DealType
    executor: ExecutorKind
    property: PropertyRequest
    price_kopecks: PositiveKopecks
    commission: CommissionRequest
    advance: AdvanceRequest | None = None
    #: what is paid after the advance; with it the steps sum to the commission
    plan: Annotated[list[StepRequest], Field(min_length=1, max_length=40)]
    hold_days: Annotated[int, Field(strict=True, ge=0, le=60)] = 0
    silence_days: Annotated[int, Field(strict=True, ge=1, le=30)] = 5
    exclusive_until: date | None = None
    client: ClientRequest

    def terms(self) -> Terms:
        return Terms(
            type=self.type,
            property_type=self.property.type,
            address=self.property.address,
            city=self.property.city,
            price=Money(self.price_kopecks),
            commission_fixed=Money(self.commission.fixed_kopecks),
            commission_bps=self.commission.bps,
            hold_days=self.hold_days,
            silence_days=self.silence_days,
            exclusive_until=self.exclusive_until,
            plan=[step.planned() for step in self.plan],
            advance=None if self.advance is None else self.advance.agreed(),
        )
