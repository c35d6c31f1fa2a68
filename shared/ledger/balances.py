"""Reading the ledger: balances, the books' totals, and whether clients' money is covered."""

from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.kernel.money import Money
from shared.ledger.accounts import Account

# An account's balance is read on its normal side; one that was never posted to has none.
_BALANCE: Final = text(
    """
    SELECT coalesce(
        (SELECT b.balance_kopecks FROM ledger_balances b WHERE b.account_id = a.id),
        (SELECT sum(CASE e.side WHEN a.normal_side THEN e.amount_kopecks ELSE -e.amount_kopecks END)
         FROM ledger_entries e WHERE e.account_id = a.id), 0)::bigint
    FROM ledger_accounts a WHERE a.key = :key
    """
)
_FREE: Final = text(
    """
    SELECT (b.balance_kopecks - b.held_kopecks)::bigint
    FROM ledger_accounts a JOIN ledger_balances b ON b.account_id = a.id WHERE a.key = :key
    """
)
_TOTALS: Final = text(
    """
    SELECT coalesce(sum(amount_kopecks) FILTER (WHERE side = 'debit'), 0)::bigint,
           coalesce(sum(amount_kopecks) FILTER (WHERE side = 'credit'), 0)::bigint
    FROM ledger_entries
    """
)
_OWED: Final = text(
    """
    SELECT coalesce(sum(CASE e.side WHEN a.normal_side THEN e.amount_kopecks ELSE -e.amount_kopecks END), 0)::bigint
    FROM ledger_accounts a JOIN ledger_entries e ON e.account_id = a.id
    WHERE a.kind = 'receivable' AND a.owner_id = :owner_id
    """
)
# One statement, so that both sides are seen at one moment.
_COVER: Final = text(
    """
    SELECT coalesce(sum(CASE e.side WHEN 'debit' THEN e.amount_kopecks ELSE -e.amount_kopecks END)
               FILTER (WHERE a.kind IN ('provider_clearing', 'provider_deal', 'payout_float', 'client_bank')),
               0)::bigint,
           coalesce(sum(CASE e.side WHEN 'credit' THEN e.amount_kopecks ELSE -e.amount_kopecks END)
               FILTER (WHERE a.has_floor), 0)::bigint
    FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id
    """
)
_DRIFT: Final = text(
    """
    SELECT a.key
    FROM ledger_accounts a
    JOIN ledger_balances b ON b.account_id = a.id
    LEFT JOIN ledger_entries e ON e.account_id = a.id
    GROUP BY a.key, b.balance_kopecks
    HAVING b.balance_kopecks <> coalesce(
        sum(CASE e.side WHEN 'credit' THEN e.amount_kopecks ELSE -e.amount_kopecks END), 0)
    ORDER BY a.key
    """
)


class Totals(NamedTuple):
    debits: Money
    credits: Money


class Cover(NamedTuple):
    """``holdings`` (provider clearing, bank deals, payout float, clients' bank) must reach ``obligations`` (all
    accounts with a floor); checked daily and before each refund or payout.
    """

    holdings: Money
    obligations: Money

    @property
    def holds(self) -> bool:
        return self.holdings >= self.obligations


def balance_of(session: Session, account: Account) -> Money:
    """On the account's normal side; zero if nothing was ever posted to it."""
    return Money(session.execute(_BALANCE, {"key": account.key}).scalar() or 0)


def free_on(session: Session, account: Account) -> Money:
    """What may leave an account with a floor: its balance without what is held (``holds``)."""
    return Money(session.execute(_FREE, {"key": account.key}).scalar() or 0)


def owed_by(session: Session, owner_id: UUID) -> Money:
    """What an owner of splits owes back, over all of them."""
    return Money(session.execute(_OWED, {"owner_id": owner_id}).scalar_one())


def totals(session: Session) -> Totals:
    """All debits and all credits: equal, or the books are broken."""
    debits, credited = session.execute(_TOTALS).one()
    return Totals(Money(debits), Money(credited))


def cover(session: Session) -> Cover:
    holdings, obligations = session.execute(_COVER).one()
    return Cover(Money(holdings), Money(obligations))


def drifted_accounts(session: Session) -> list[Account]:
    """Accounts whose locked balance is not the sum of their entries: always none (daily reconciliation)."""
    return [Account(key) for key in session.execute(_DRIFT).scalars()]
