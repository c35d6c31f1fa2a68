"""Paying people out by СБП. Same outcomes as collecting: see ``shared.ports.payments``."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

from shared.kernel.money import Money


class PayoutState(StrEnum):
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    CANCELED = "canceled"
    UNKNOWN_STATUS = "unknown_status"


class SbpBank(NamedTuple):
    bank_id: str  # 12 characters
    name: str
    bic: str


class PayoutOrder(NamedTuple):
    payout_id: str  # travels as metadata
    amount: Money
    phone: str  # E.164
    bank_id: str
    description: str  # ≤ 128 characters, nothing personal


class ProviderPayout(NamedTuple):
    provider_id: str
    state: PayoutState
    raw_status: str
    amount: Money
    payout_id: str | None
    created_at: datetime
    succeeded_at: datetime | None
    cancellation_reason: str | None


class PayoutProvider(Protocol):
    name: str

    def banks(self) -> list[SbpBank]:
        """:raises OutcomeUnknown: no trustworthy answer"""
        ...

    def create(self, order: PayoutOrder, *, key: str) -> ProviderPayout:
        """Create once; the same ``key`` gives the same payout for 24 hours.

        :raises OutcomeUnknown: no trustworthy answer
        :raises ProviderRefused: refused for good
        """
        ...

    def get(self, provider_id: str) -> ProviderPayout | None:
        """:raises OutcomeUnknown: no trustworthy answer"""
        ...

    def find(self, payout_id: str, *, created_after: datetime) -> ProviderPayout | None:
        """Look for a payout whose answer was lost."""
        ...
