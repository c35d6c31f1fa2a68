"""The books at a glance, for an operator: totals, cover, and what each kind of account holds."""

from typing import NamedTuple

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from shared.kernel.money import Money
from shared.ledger import balances, tables
from shared.ledger.balances import Totals


class Books(NamedTuple):
    totals: Totals
    #: clients' money is all there (product/money.md, the invariant)
    cover_holds: bool
    #: kind of account → its sum on its normal side
    by_kind: dict[str, Money]


def read_books(session: Session) -> Books:
    entries, accounts = tables.entries, tables.accounts
    signed = case(
        (entries.c.side == accounts.c.normal_side, entries.c.amount_kopecks),
        else_=-entries.c.amount_kopecks,
    )
    rows = session.execute(
        select(accounts.c.kind, func.sum(signed))
        .join(accounts, accounts.c.id == entries.c.account_id)
        .group_by(accounts.c.kind)
        .order_by(accounts.c.kind)
    )
    return Books(
        totals=balances.totals(session),
        cover_holds=balances.cover(session).holds,
        by_kind={kind: amount if isinstance(amount, Money) else Money(int(amount)) for kind, amount in rows},
    )
