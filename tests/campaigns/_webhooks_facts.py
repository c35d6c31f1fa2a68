"""What happened in a webhook campaign, as the banks have it: all that the books are judged by."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple

_NONE: Final[Mapping[str, int]] = MappingProxyType({})


class Fate(StrEnum):
    """How a payment ends at the bank."""

    PAID = "paid"
    #: the bank believes in another sum than was asked for
    WRONG_SUM = "wrong_sum"
    CANCELED = "canceled"
    EXPIRED_THEN_PAID = "expired_then_paid"
    #: no message ever comes
    PAID_IN_SILENCE = "paid_in_silence"
    #: nobody pays, and the bank closes it when all is over
    LEFT_OPEN = "left_open"
    #: nobody here asked for it
    FOREIGN = "foreign"


class Scene(NamedTuple):
    """One payment with its fate; ``paid`` is what the bank took, kopecks."""

    provider_id: str
    fate: Fate
    paid: int
    charge: int
    terminal: str = "yookassa"


class Ending(NamedTuple):
    """A refund or a payout in a bank's register."""

    #: ours, as it travelled with it
    reference: str
    amount: int
    #: the money left; else it stayed
    done: bool
    #: of a refund: the payment that gave
    provider_id: str = ""


class Register(NamedTuple):
    """What one terminal's bank says at the end."""

    terminal: str
    refunds: Sequence[Ending] = ()
    payouts: Sequence[Ending] = ()
    #: by payment, where the messages don't tell
    charges: Mapping[str, int] = _NONE
    #: balances of its deals by their ids
    deals: Mapping[str, int] = _NONE


class Facts(NamedTuple):
    scenes: Sequence[Scene]
    registers: Sequence[Register] = ()
    #: payments whose steps were released, by the provider's id
    released: frozenset[str] = frozenset()
    #: by terminal, what the bank sent on to clients' account
    settled: Mapping[str, int] = _NONE
    #: what payouts could be made from
    funded: int = 0
    #: numbers of fiscal documents that messages told of
    documents: frozenset[str] = frozenset()


class Verdict(NamedTuple):
    lost: int
    doubled: int
    off_kopecks: int
    unfinished: int
