"""Attempts of one payout: to the provider each is a payout of its own, told apart by the reference that travels with it.

The first attempt's reference is the payout's id, a later one's ``id/number``.
"""

from typing import NamedTuple, Self
from uuid import UUID

from shared.payouts.models import Payout


class Attempt(NamedTuple):
    payout_id: UUID
    #: from one
    number: int

    @classmethod
    def of(cls, payout: Payout) -> Self:
        return cls(payout.id, payout.attempt)

    @classmethod
    def named(cls, reference: str | None) -> Self | None:
        """Read a reference; None for what we never wrote."""
        if reference is None:
            return None
        payout_id, slash, number = reference.partition("/")
        try:
            return cls(UUID(payout_id), int(number) if slash else 1)
        except ValueError:
            return None

    @property
    def reference(self) -> str:
        return str(self.payout_id) if self.number == 1 else f"{self.payout_id}/{self.number}"
