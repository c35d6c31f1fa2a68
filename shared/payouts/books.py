"""The books at a glance, for an operator: totals, cover, and what each kind of account holds."""

from typing import NamedTuple

from sqlalchemy.orm import Session

from shared.kernel.money import Money
from shared.ledger import balances
from shared.ledger.balances import Totals


class Books(NamedTuple):
    totals: Totals
    #: clients' money is all there (product/money.md, the invariant)
    cover_holds: bool
    #: kind of account → its sum on its normal side
    by_kind: dict[str, Money]


def read_books(session: Session) -> Books:
    return Books(
        totals=balances.totals(session),
        cover_holds=balances.cover(session).holds,
        by_kind={kind.kind: kind.balance for kind in balances.by_kind(session)},
    )
