"""Of several payments made for one intent, the one that tells the most."""

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from shared.ports.payments import PaymentState

Payment = TypeVar("Payment")

_RANKS: Final = (PaymentState.SUCCEEDED, PaymentState.UNKNOWN_STATUS, PaymentState.PENDING)


def most_telling(payments: Sequence[Payment], state_of: Callable[[Payment], PaymentState]) -> Payment | None:
    """The paid one, else one not ended, else the first.

    :param payments: newest first
    """
    for state in _RANKS:
        for payment in payments:
            if state_of(payment) is state:
                return payment
    return payments[0] if payments else None
