"""Collecting money by СБП. The provider is asked for the truth; its messages are hints.

Sums are ``Money`` (kopecks), times aware UTC, ids the provider's opaque strings.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, Protocol

from shared.kernel.money import Money
from shared.ports.fiscal import FiscalDocument, FiscalReceipt


class PaymentState(StrEnum):
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    CANCELED = "canceled"
    UNKNOWN_STATUS = "unknown_status"  # the provider has a new word: store it, change nothing


class OutcomeUnknown(Exception):
    """The provider may or may not have done it: repeat with the same key, or find it."""


class Undecided(OutcomeUnknown):
    """The provider answered, and what goes on there may be what was asked for, or another's doing."""


class ProviderRefused(Exception):
    """The provider said no, for good; ``code`` is its own word, never shown with personal data."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Capabilities(NamedTuple):
    """What a provider can do, as data: the product asks here, and never by the provider's name."""

    least: Money
    most: Money
    #: for how long a link is payable; None where the provider alone decides
    settable_expiry: tuple[timedelta, timedelta] | None
    default_expiry: timedelta
    #: an open link can be taken back
    cancels_open: bool
    partial_refunds: bool
    #: a repeat under the same key is the same payment for so long; None: there are no keys, look before repeating
    key_life: timedelta | None
    #: messages prove nothing: what they claim is asked for
    needs_confirmation: bool
    #: the money can lie in a deal at the bank and be paid out of it
    bank_deals: bool
    #: takes the data of a fiscal receipt with a payment
    fiscal_receipts: bool


class PaymentOrder(NamedTuple):
    """What is asked of the provider."""

    intent_id: str  # travels as metadata, so that a lost answer can be found
    amount: Money
    description: str  # nothing personal
    return_url: str
    created_at: datetime
    #: None: the provider's own term
    expires_at: datetime | None = None
    #: the deal at the bank that the money joins; None opens one where the provider has them
    bank_deal: str | None = None
    receipt: FiscalReceipt | None = None


class ProviderPayment(NamedTuple):
    """The provider's view of one payment."""

    provider_id: str
    state: PaymentState
    raw_status: str
    amount: Money
    currency: str
    #: what the provider passes on after its charge; None until it succeeded
    income: Money | None
    refunded: Money
    url: str | None
    intent_id: str | None
    #: None where the provider doesn't say
    created_at: datetime | None
    captured_at: datetime | None
    expires_at: datetime | None
    cancellation_reason: str | None
    #: what the QR holds where it isn't the address; opaque
    qr_payload: str | None = None
    #: the deal at the bank in which the money lies
    bank_deal: str | None = None


class RefundState(StrEnum):
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    CANCELED = "canceled"
    UNKNOWN_STATUS = "unknown_status"


class RefundOrder(NamedTuple):
    """Money back to the instrument that paid; the same words for every try."""

    refund_id: str
    provider_payment_id: str
    amount: Money
    #: what the payment was before this refund, less what was refunded by then
    left_before: Money
    description: str  # nothing personal
    created_at: datetime
    receipt: FiscalReceipt | None = None
    #: what the payment was at first; tells a provider without refund ids whether this is the first refund
    paid: Money | None = None


class ProviderRefund(NamedTuple):
    """The provider's view of one refund."""

    provider_id: str
    provider_payment_id: str
    state: RefundState
    raw_status: str
    amount: Money
    created_at: datetime | None
    cancellation_reason: str | None


class BankEvent(NamedTuple):
    """One verified message of a provider, reduced to what is needed to ask for the truth."""

    key: str  # permanent dedupe key: event kind and object id
    kind: str  # e.g. "payment.succeeded"; unknown kinds are kept and change nothing
    object_id: str
    #: what a signed message proves; None: ask
    truth: ProviderPayment | None = None
    #: of ``receipt.*``: what a signed message says of the cash register
    document: FiscalDocument | None = None


class AcceptedReply(NamedTuple):
    """The exact answer that this provider takes for "received"."""

    status: int
    content_type: str
    body: str


class Forged(Exception):
    """The message is not from the provider."""


class WebhookVerifier(Protocol):
    """Known to the HTTP function, which has no database and makes no calls."""

    accepted: AcceptedReply

    def verify(self, *, body: bytes, headers: Mapping[str, str], peer_address: str) -> None:
        """:raises Forged: wrong sender or signature"""
        ...


class PaymentProvider(Protocol):
    #: the terminal's name: ledger accounts, webhook paths and settings carry it
    name: str
    capabilities: Capabilities

    def open_deal(self) -> str:
        """Open an empty deal at the bank and give its id; only where ``capabilities.bank_deals``.

        It can't be repeated: one whose answer was lost stays empty.

        :raises OutcomeUnknown: no trustworthy answer
        :raises ProviderRefused: refused for good, or there are no deals
        """
        ...

    def create(self, order: PaymentOrder, *, key: str) -> ProviderPayment:
        """Create once; the same ``key`` gives the same payment while ``capabilities.key_life`` lasts, and where there
        are no keys the same ``intent_id`` does for ever.

        :raises OutcomeUnknown: no trustworthy answer
        :raises ProviderRefused: refused for good
        """
        ...

    def get(self, provider_id: str) -> ProviderPayment | None:
        """The payment as it is now; None if the provider doesn't know it.

        :raises OutcomeUnknown: no trustworthy answer
        """
        ...

    def find(self, intent_id: str, *, created_after: datetime) -> ProviderPayment | None:
        """Look for a payment made for this intent (a create whose answer was lost)."""
        ...

    def cancel(self, provider_id: str) -> ProviderPayment:
        """Take an open link back; only where ``capabilities.cancels_open``.

        :raises OutcomeUnknown: no trustworthy answer
        :raises ProviderRefused: it is not open any more, or can't be taken back
        """
        ...

    def parse(self, body: bytes) -> BankEvent:
        """Read a verified message.

        :raises ValueError: not a message of this provider
        """
        ...


class RefundProvider(Protocol):
    """Paying back through the terminal that collected."""

    name: str
    capabilities: Capabilities

    def refund(self, order: RefundOrder, *, key: str) -> ProviderRefund:
        """Pay back once per ``key``.

        :raises OutcomeUnknown: no trustworthy answer: find it before anything else
        :raises ProviderRefused: refused for good, nothing left
        """
        ...

    def find_refund(self, order: RefundOrder, *, provider_id: str | None) -> ProviderRefund | None:
        """The refund made for this order as it is now, by the provider's id where it is known; None: there is none.

        :raises Undecided: something was refunded, or is about to be, and it isn't told whether for this order
        :raises OutcomeUnknown: no trustworthy answer
        """
        ...
