"""Data of a fiscal receipt (54-ФЗ) as they travel with a payment or a refund; each provider writes them its own way."""

from enum import StrEnum
from typing import NamedTuple

from shared.kernel.money import Money
from shared.kernel.tax import TaxRegime


class PaymentMode(StrEnum):
    """Признак способа расчёта (tag 1214)."""

    FULL_PREPAYMENT = "full_prepayment"
    FULL_PAYMENT = "full_payment"


class FiscalLine(NamedTuple):
    """One service; the amount contains its VAT."""

    description: str  # at most 128 characters, nothing personal
    amount: Money
    #: basis points; None: without VAT
    vat_bps: int | None
    mode: PaymentMode


class Supplier(NamedTuple):
    """The executor, where the platform's cash register acts as his agent."""

    inn: str
    name: str
    phone: str | None


class FiscalReceipt(NamedTuple):
    """The lines sum to what is paid or paid back."""

    lines: tuple[FiscalLine, ...]
    tax_regime: TaxRegime
    #: the buyer's; one of the two is there
    customer_email: str | None
    customer_phone: str | None
    supplier: Supplier | None
