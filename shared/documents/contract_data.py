"""What goes into a document's template, as frozen dataclasses that ``data_reading`` reads from JSON.

Sums are whole kopecks, shares basis points (10 000 = all), days are dates, moments aware. Names, positions and
bases are in the nominative; the templates decline them. Phones are E.164.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from shared.deals.words import PropertyType, ReleaseRule, StepTrigger
from shared.documents.data_checks import (
    check_days,
    check_phone,
    check_positive,
    check_sha256,
    check_steps_numbered,
    check_url,
)
from shared.documents.party_data import Client, Executor, Platform
from shared.kernel.money import ALL_BPS, Money
from shared.kernel.tax import TaxRegime


class SignatureMethod(StrEnum):
    SMS_CODE = "sms_code"


@dataclass(frozen=True, slots=True, kw_only=True)
class RealProperty:
    address: str
    type: PropertyType
    price_kopecks: int
    cadastral_number: str | None = None

    def __post_init__(self) -> None:
        check_positive(self.price_kopecks, "price_kopecks")


@dataclass(frozen=True, slots=True, kw_only=True)
class Vat:
    """The part of the total that is tax; ``bps`` is the rate, 2 200 = 22 %."""

    bps: int
    kopecks: int

    def __post_init__(self) -> None:
        check_positive(self.bps, "bps")
        check_positive(self.kopecks, "kopecks")


@dataclass(frozen=True, slots=True, kw_only=True)
class Commission:
    """The price of the services: a fixed sum, a share of the property's price, or both; VAT is inside it."""

    total_kopecks: int
    fixed_kopecks: int | None = None
    bps: int | None = None
    vat: Vat | None = None

    def __post_init__(self) -> None:
        check_positive(self.total_kopecks, "total_kopecks")
        if self.fixed_kopecks is None and self.bps is None:
            raise ValueError("fixed_kopecks or bps must say how the total came about")
        if self.vat is not None and self.vat.kopecks >= self.total_kopecks:
            raise ValueError("vat must be less than the total")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanStep:
    """One payment; ``event`` names a milestone ("подписание предварительного договора"), ``due_on`` a date."""

    no: int
    amount_kopecks: int
    trigger: StepTrigger
    release_rule: ReleaseRule
    event: str | None = None
    due_on: date | None = None
    is_advance: bool = False

    def __post_init__(self) -> None:
        check_positive(self.amount_kopecks, "amount_kopecks")
        named = {self.trigger.value, self.release_rule.value}
        if StepTrigger.MILESTONE.value in named and self.event is None:
            raise ValueError("event of a milestone is missing")
        if StepTrigger.DATE.value in named and self.due_on is None:
            raise ValueError("due_on of a dated step is missing")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceContract:
    """Data of ``service_contract_secondary_sell`` v1."""

    number: str
    dated: date
    city: str
    executor: Executor
    client: Client
    property: RealProperty
    commission: Commission
    steps: tuple[PlanStep, ...]
    hold_days: int
    silence_days: int
    platform: Platform
    verification_url: str
    exclusive_until: date | None = None
    valid_until: date | None = None

    def __post_init__(self) -> None:
        check_steps_numbered([step.no for step in self.steps])
        if sum(step.amount_kopecks for step in self.steps) != self.commission.total_kopecks:
            raise ValueError("steps must sum to commission.total_kopecks")
        shared = Money(self.property.price_kopecks).share(self.commission.bps or 0).kopecks
        if shared + (self.commission.fixed_kopecks or 0) != self.commission.total_kopecks:
            raise ValueError("commission.total_kopecks must be the fixed sum plus the share of the price")
        vat_owed = {TaxRegime.OSN: True, TaxRegime.NPD: False}.get(self.executor.tax_regime)
        if vat_owed is not None and vat_owed != (self.commission.vat is not None):
            raise ValueError("commission.vat must fit executor.tax_regime")
        check_days(self.hold_days, self.silence_days)
        check_url(self.verification_url)


@dataclass(frozen=True, slots=True, kw_only=True)
class MainContract:
    """The agency's contract with its client that a subcontract serves."""

    number: str
    dated: date
    property_address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SubcontractStep:
    """How the agent's price for one step of the main contract comes about."""

    no: int
    gross_kopecks: int
    vat_kopecks: int
    fee_kopecks: int
    price_kopecks: int

    def __post_init__(self) -> None:
        if min(self.gross_kopecks, self.price_kopecks) <= 0 or min(self.vat_kopecks, self.fee_kopecks) < 0:
            raise ValueError("sums must be positive")
        if self.price_kopecks > self.base_kopecks:
            raise ValueError("price_kopecks can't exceed what is left after VAT and fee")

    @property
    def base_kopecks(self) -> int:
        return self.gross_kopecks - self.vat_kopecks - self.fee_kopecks


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSubcontract:
    """Data of ``service_subcontract`` v1: ``agency`` orders, the self-employed ``agent`` performs.

    Without ``main_contract`` it is a frame for all contracts of the agency that the agent works on.
    """

    number: str
    dated: date
    city: str
    agency: Executor
    agent: Executor
    share_bps: int
    platform_fee_bps: int
    hold_days: int
    silence_days: int
    platform: Platform
    verification_url: str
    main_contract: MainContract | None = None
    steps: tuple[SubcontractStep, ...] = ()

    def __post_init__(self) -> None:
        if not self.agency.is_agency or self.agent.is_agency:
            raise ValueError("agency must be an agency and agent self-employed")
        if not 0 < self.share_bps <= ALL_BPS or not 0 <= self.platform_fee_bps < ALL_BPS:
            raise ValueError("share_bps and platform_fee_bps must be shares")
        if self.steps:
            check_steps_numbered([step.no for step in self.steps])
        if self.steps and self.main_contract is None:
            raise ValueError("steps need a main_contract")
        check_days(self.hold_days, self.silence_days)
        check_url(self.verification_url)


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetSignature:
    """One signature; ``role`` as the document calls the party ("Заказчик"). The phone is printed masked."""

    name: str
    role: str
    phone: str
    signed_at: datetime
    method: SignatureMethod
    evidence_id: UUID
    ip: str
    on_behalf_of: str | None = None
    position: str | None = None
    basis: str | None = None

    def __post_init__(self) -> None:
        check_phone(self.phone)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureSheet:
    """Data of ``signature_sheet``; ``sha256`` is the lower-case hex hash of the signed file."""

    template_version: int
    document_number: str
    document_title: str
    document_dated: date
    sha256: str
    signatures: tuple[SheetSignature, ...]
    platform: Platform
    verification_url: str

    def __post_init__(self) -> None:
        check_sha256(self.sha256)
        if not self.signatures:
            raise ValueError("signatures are missing")
        check_url(self.verification_url)
