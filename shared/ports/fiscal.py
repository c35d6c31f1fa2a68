"""Fiscal receipts (54-ФЗ): their data as they travel with a payment or a refund, and the cash register that makes them.

Each provider writes the data its own way. Sums are ``Money`` (kopecks), times aware UTC.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, Protocol

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
    #: basis points; None: without VAT. Of a prepayment the tax is at the computed rate, 22/122 and the like.
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
    #: of the merchant, whose cash register it is
    tax_regime: TaxRegime
    #: the buyer's; one of the two is there
    customer_email: str | None
    customer_phone: str | None
    supplier: Supplier | None


class ReceiptSense(StrEnum):
    """Признак расчёта (tag 1054)."""

    INCOME = "income"
    INCOME_RETURN = "income_return"


class Settlement(StrEnum):
    """With what the lines of a receipt are settled."""

    CASHLESS = "cashless"  # money that moves now
    PREPAYMENT = "prepayment"  # money that was received before (tag 1215)


class Registration(StrEnum):
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    CANCELED = "canceled"
    UNKNOWN_STATUS = "unknown_status"  # a new word of the provider's: store it, change nothing


class ReceiptOrder(NamedTuple):
    """A receipt that doesn't come by itself with a payment or a refund; the same words for every try."""

    sense: ReceiptSense
    settlement: Settlement
    provider_payment_id: str
    #: of the refund that an ``INCOME_RETURN`` belongs to
    provider_refund_id: str | None
    receipt: FiscalReceipt
    created_at: datetime


class RegisteredReceipt(NamedTuple):
    """The cash register's view of one receipt."""

    #: None: the provider gives receipts no id, and tells by a message what became of it
    provider_id: str | None
    state: Registration
    raw_status: str
    amount: Money
    #: номер фискального документа, номер накопителя, фискальный признак: by them the tax service's page finds it
    document_number: str | None
    storage_number: str | None
    attribute: str | None
    registered_at: datetime | None


class FiscalDocument(NamedTuple):
    """What a cash register tells by itself: it made a receipt, or couldn't."""

    provider_payment_id: str
    sense: ReceiptSense
    #: None: its lines weren't told, or differ
    mode: PaymentMode | None
    amount: Money
    #: None: the register refused
    document_number: str | None
    storage_number: str | None
    attribute: str | None
    registered_at: datetime | None

    @property
    def is_made(self) -> bool:
        return self.document_number is not None


class RegisterCapabilities(NamedTuple):
    #: for how long a repeat under the same key is the same receipt; None: there are no keys
    key_life: timedelta | None
    #: a release of a part of a payment has an offset of its own
    offsets_parts: bool


class ReceiptLookup(Protocol):
    """A register that can be asked what it has made."""

    def with_payment(self, provider_payment_id: str) -> RegisteredReceipt | None:
        """The receipt of a payment that carried its data; None: the provider has none.

        :raises OutcomeUnknown: no trustworthy answer
        """
        ...

    def with_refund(self, provider_payment_id: str, provider_refund_id: str) -> RegisteredReceipt | None:
        """The receipt of a refund that carried its data; None: the provider has none.

        :raises OutcomeUnknown: no trustworthy answer
        """
        ...

    def get(self, provider_id: str) -> RegisteredReceipt | None:
        """:raises OutcomeUnknown: no trustworthy answer"""
        ...

    def find(self, order: ReceiptOrder, *, others: frozenset[str]) -> RegisteredReceipt | None:
        """The receipt made for this order when the answer was lost; None: there is none.

        :param others: the provider's ids of receipts known to be of other orders

        :raises OutcomeUnknown: no trustworthy answer
        """
        ...


class FiscalRegister(Protocol):
    """A terminal's cash register."""

    name: str
    capabilities: RegisterCapabilities

    @property
    def lookup(self) -> ReceiptLookup | None:
        """None: nobody can be asked, so nothing is repeated; its messages tell, or a person does."""
        ...

    def register(self, order: ReceiptOrder, *, key: str) -> RegisteredReceipt:
        """Have a receipt made, once per ``key`` where the register has keys.

        :raises OutcomeUnknown: no trustworthy answer: find it before anything else
        :raises ProviderRefused: refused for good
        """
        ...
