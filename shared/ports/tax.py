"""Receipts of the self-employed (НПД) at the tax service. Every call is an asynchronous message:
``send_*`` returns a message id to be stored before ``poll``.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

from shared.kernel.money import Money


class TaxUnavailable(Exception):
    """No trustworthy answer: send again later with the same operation id."""


class IncomeType(StrEnum):
    FROM_INDIVIDUAL = "FROM_INDIVIDUAL"
    FROM_LEGAL_ENTITY = "FROM_LEGAL_ENTITY"


class Income(NamedTuple):
    """One income event; ``operation_id`` is fixed before the first send and never new on a retry."""

    operation_id: str
    inn: str
    amount: Money
    service_name: str
    operation_time: datetime
    request_time: datetime
    income_type: IncomeType
    customer_inn: str | None = None
    customer_name: str | None = None


@dataclass(frozen=True, slots=True)
class Processing:
    """Not ready: poll again."""


@dataclass(frozen=True, slots=True)
class MessageLost:
    """The service no longer knows the message: send again with the same operation id."""


class TaxRefusal(NamedTuple):
    """``code`` as the service gives it (TAXPAYER_UNBOUND, …); ``args`` without personal data."""

    code: str
    message: str


class BindStarted(NamedTuple):
    binding_id: str


class BindStatus(NamedTuple):
    result: str  # IN_PROGRESS, COMPLETED, FAILED
    permissions: tuple[str, ...]


class ReceiptRegistered(NamedTuple):
    """Also the answer to a DUPLICATE: the first receipt."""

    receipt_id: str
    link: str


TaxAnswer = Processing | MessageLost | TaxRefusal | BindStarted | BindStatus | ReceiptRegistered


class TaxReceipts(Protocol):
    def send_bind(self, *, inn: str, permissions: tuple[str, ...]) -> str:
        """:raises TaxUnavailable: no trustworthy answer; returns the message id"""
        ...

    def send_bind_status(self, *, binding_id: str) -> str: ...

    def send_income(self, income: Income) -> str: ...

    def poll(self, message_id: str) -> TaxAnswer:
        """:raises TaxUnavailable: no trustworthy answer"""
        ...
