"""The trial balance: debits, credits and balance of every kind of account, and of the accounts of one kind."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.kernel.money import Money
from shared.ledger.accounts import Account, AccountKind
from shared.ledger.balances import KindTotals, by_kind

_INSTANT: Final = timedelta(microseconds=1)
# Of the past there are no totals: the entries are added up.
_OF_THE_PAST: Final = text(
    """
    SELECT a.kind, c.normal_side, c.has_floor,
           coalesce(sum(e.amount_kopecks) FILTER (WHERE e.side = 'debit'), 0)::bigint AS debits,
           coalesce(sum(e.amount_kopecks) FILTER (WHERE e.side = 'credit'), 0)::bigint AS credits
    FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id JOIN ledger_chart c ON c.kind = a.kind
    WHERE e.occurred_at < :until GROUP BY a.kind, c.normal_side, c.has_floor ORDER BY a.kind
    """
)
_ACCOUNTS: Final = text(
    """
    SELECT a.key, (CASE a.normal_side WHEN 'credit' THEN 1 ELSE -1 END
        * ledger_net_before(a.id, coalesce(CAST(:until AS TIMESTAMPTZ), 'infinity')))::bigint AS balance
    FROM ledger_accounts a
    WHERE a.kind = :kind AND a.key > :after ORDER BY a.key LIMIT :most
    """
)


class AccountBalance(NamedTuple):
    account: Account
    #: on its normal side
    balance: Money


def trial_balance(session: Session, *, at: datetime | None = None) -> list[KindTotals]:
    """Every kind that was posted to; the sums of debits and of credits are equal, or the books are broken.

    :param at: of what had happened by then, which adds up all entries; None is now, and cheap
    """
    if at is None:
        return by_kind(session)
    return [
        KindTotals(
            AccountKind(row.kind), row.normal_side, row.has_floor, Money(row.debits), Money(row.credits)
        )
        for row in session.execute(_OF_THE_PAST, {"until": at + _INSTANT})
    ]


def account_balances(
    session: Session, kind: AccountKind, *, at: datetime | None = None, after: str = "", at_most: int
) -> Sequence[AccountBalance]:
    """The accounts of a kind in the order of their keys, empty ones too.

    :param after: the key of the last account that was read
    """
    rows = session.execute(
        _ACCOUNTS,
        {
            "kind": kind,
            "until": None if at is None else at + _INSTANT,
            "after": after,
            "most": at_most,
        },
    )
    return [AccountBalance(Account(row.key), Money(row.balance)) for row in rows]
