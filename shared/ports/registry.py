"""A provider's registry: what it says that it collected and gave back on a day, and what it kept of it."""

from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

from shared.kernel.money import Money


class RegistryKind(StrEnum):
    PAYMENT = "payment"
    REFUND = "refund"
    CHARGE = "charge"  # what the provider takes for itself beside its operations


class RegistryLine(NamedTuple):
    #: the provider's id of the payment, refund or charge
    operation_id: str
    kind: RegistryKind
    #: the payment that a refund gives back; a payment's own id
    payment_id: str | None
    #: our own id that travelled with it
    order_id: str | None
    #: what moved, before the charge; nothing where ``kind`` is a charge
    amount: Money
    charge: Money
    occurred_at: datetime
    #: the deal at the bank in which the money lies: it doesn't come to our account
    bank_deal: str | None = None


class PaymentRegistry(Protocol):
    #: the terminal's name
    name: str

    def lines(self, day: date) -> list[RegistryLine]:
        """Everything of one Moscow day that is final.

        :raises shared.ports.payments.OutcomeUnknown: no trustworthy answer
        """
        ...
