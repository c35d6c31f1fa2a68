"""Reading the ledger: balances, the books' totals, and whether clients' money is covered."""

from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.kernel.money import Money, total
from shared.ledger.accounts import Account, AccountKind

# An account's balance is read on its normal side; one that was never posted to has none.
_BALANCE: Final = text(
    """
    SELECT coalesce(
        (SELECT b.balance_kopecks FROM ledger_balances b WHERE b.account_id = a.id),
        CASE a.normal_side WHEN 'credit' THEN 1 ELSE -1 END * ledger_net_recorded_before(a.id, 'infinity'))::bigint
    FROM ledger_accounts a WHERE a.key = :key
    """
)
_FREE: Final = text(
    """
    SELECT (b.balance_kopecks - b.held_kopecks)::bigint
    FROM ledger_accounts a JOIN ledger_balances b ON b.account_id = a.id WHERE a.key = :key
    """
)
# What is rolled up, and what came since; one statement, so that all is seen at one moment.
_BY_KIND: Final = text(
    """
    SELECT kind, c.normal_side, c.has_floor, sum(m.debit)::bigint AS debits, sum(m.credit)::bigint AS credits
    FROM (
        SELECT k.kind, k.debit_kopecks AS debit, k.credit_kopecks AS credit FROM ledger_kind_totals k
        UNION ALL
        SELECT a.kind, CASE e.side WHEN 'debit' THEN e.amount_kopecks ELSE 0 END,
               CASE e.side WHEN 'credit' THEN e.amount_kopecks ELSE 0 END
        FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id
        WHERE e.recorded_at >= (SELECT r.rolled_until FROM ledger_rollup r)
    ) AS m JOIN ledger_chart c USING (kind)
    GROUP BY kind, c.normal_side, c.has_floor ORDER BY kind
    """
)
_OWED: Final = text(
    """
    SELECT coalesce(-sum(ledger_net_recorded_before(a.id, 'infinity')), 0)::bigint
    FROM ledger_accounts a WHERE a.kind = 'receivable' AND a.owner_id = :owner_id
    """
)
# Money moves from account to account: from the deal's holds to all that their money ever reached.
_OPEN_OF_DEAL: Final = text(
    """
    WITH RECURSIVE reached AS (
        SELECT a.id FROM ledger_accounts a WHERE a.deal_id = :deal_id
        UNION
        SELECT a.id FROM reached r
        JOIN ledger_entries mine ON mine.account_id = r.id
        JOIN ledger_entries other ON other.transaction_id = mine.transaction_id
        JOIN ledger_accounts a ON a.id = other.account_id AND a.has_floor
    )
    SELECT a.key, b.balance_kopecks
    FROM reached r JOIN ledger_accounts a ON a.id = r.id JOIN ledger_balances b ON b.account_id = r.id
    WHERE b.balance_kopecks <> 0 ORDER BY a.key
    """
)
_HOLDINGS: Final = {
    AccountKind.PROVIDER_CLEARING,
    AccountKind.PROVIDER_DEAL,
    AccountKind.PAYOUT_FLOAT,
    AccountKind.CLIENT_BANK,
}
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


class KindTotals(NamedTuple):
    kind: AccountKind
    normal_side: str
    has_floor: bool
    debits: Money
    credits: Money

    @property
    def balance(self) -> Money:
        """On the kind's normal side."""
        net = self.credits - self.debits
        return net if self.normal_side == "credit" else Money.zero() - net


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


def by_kind(session: Session) -> list[KindTotals]:
    """All that was ever posted to accounts of each kind; kinds never posted to are left out."""
    return [
        KindTotals(
            AccountKind(row.kind), row.normal_side, row.has_floor, Money(row.debits), Money(row.credits)
        )
        for row in session.execute(_BY_KIND)
    ]


def totals(session: Session) -> Totals:
    """All debits and all credits: equal, or the books are broken."""
    kinds = by_kind(session)
    return Totals(total([kind.debits for kind in kinds]), total([kind.credits for kind in kinds]))


def cover(session: Session) -> Cover:
    kinds = by_kind(session)
    return Cover(
        total([kind.balance for kind in kinds if kind.kind in _HOLDINGS]),
        total([kind.balance for kind in kinds if kind.has_floor]),
    )


def open_client_accounts(session: Session, deal_id: UUID) -> dict[Account, Money]:
    """Accounts of clients' money that a deal's money reached and has not left: none when the deal is closed."""
    rows = session.execute(_OPEN_OF_DEAL, {"deal_id": deal_id})
    return {Account(row.key): Money(row.balance_kopecks) for row in rows}


def drifted_accounts(session: Session) -> list[Account]:
    """Accounts whose locked balance is not the sum of their entries: always none (daily reconciliation)."""
    return [Account(key) for key in session.execute(_DRIFT).scalars()]
