"""Collecting money by СБП. The provider is asked for the truth; its messages are hints.

Sums are ``Money`` (kopecks), times aware UTC, ids the provider's opaque strings.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

from shared.kernel.money import Money


class PaymentState(StrEnum):
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    CANCELED = "canceled"
    UNKNOWN_STATUS = "unknown_status"  # the provider has a new word: store it, change nothing


class OutcomeUnknown(Exception):
    """The provider may or may not have done it: repeat with the same key, or find it."""


class ProviderRefused(Exception):
    """The provider said no, for good; ``code`` is its own word, never shown with personal data."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class PaymentOrder(NamedTuple):
    """What is asked of the provider."""

    intent_id: str  # travels as metadata, so that a lost answer can be found
    amount: Money
    description: str  # nothing personal
    return_url: str
    created_at: datetime


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
    created_at: datetime
    captured_at: datetime | None
    expires_at: datetime | None
    cancellation_reason: str | None


class BankEvent(NamedTuple):
    """One verified message of a provider, reduced to what is needed to ask for the truth."""

    key: str  # permanent dedupe key: event kind and object id
    kind: str  # e.g. "payment.succeeded"; unknown kinds are kept and change nothing
    object_id: str


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
    name: str

    def create(self, order: PaymentOrder, *, key: str) -> ProviderPayment:
        """Create once; the same ``key`` gives the same payment for 24 hours.

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

    def parse(self, body: bytes) -> BankEvent:
        """Read a verified message.

        :raises ValueError: not a message of this provider
        """
        ...
