"""Rolling up: snapshots of accounts and totals of kinds, so that reading never adds up all entries of years.

They are derived: what is not rolled up yet is added by whoever reads, and ``drifted_snapshots`` compares.
"""

from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.db.session import Transactions
from shared.ledger.accounts import Account

_ROLL_UP: Final = text("SELECT ledger_roll_up(:every, :at_most)")
_EVERY: Final = 200
_AT_MOST: Final = 50_000
_CALLS: Final = 20
_DRIFT: Final = text(
    """
    SELECT DISTINCT a.key
    FROM ledger_snapshots s JOIN ledger_accounts a ON a.id = s.account_id
    WHERE s.net_kopecks <> coalesce((
        SELECT sum(ledger_net(e.side, e.amount_kopecks)) FROM ledger_entries e
        WHERE e.account_id = s.account_id AND e.recorded_at < (SELECT r.rolled_until FROM ledger_rollup r)
          AND CASE s.axis WHEN 'occurred' THEN e.occurred_at ELSE e.recorded_at END < s.moment), 0)
    ORDER BY a.key
    """
)


def roll_up(session: Session, *, every: int = _EVERY, at_most: int = _AT_MOST) -> int:
    """Roll up what was settled when this was last called; how many entries that were.

    What has been committed since then waits for the next time: an older transaction may still be under way.

    :param every: how many entries of an account lie between two of its snapshots
    :param at_most: entries to roll up by this call, about; a full one is called for again
    """
    return int(session.execute(_ROLL_UP, {"every": every, "at_most": at_most}).scalar_one())


def catch_up(transactions: Transactions, *, at_most: int = _AT_MOST, calls: int = _CALLS) -> int:
    """``roll_up``, each time in a transaction of its own, until a call wasn't full; how many entries in all.

    :param calls: so often at the most; what is left then waits for the next time
    """
    rolled = 0
    for _ in range(calls):
        with transactions() as session:
            taken = roll_up(session, at_most=at_most)
        rolled += taken
        # Entries of one moment stay together, so that a full call may be short of a batch.
        if taken <= at_most // 2:
            break
    return rolled


def drifted_snapshots(session: Session) -> list[Account]:
    """Accounts with a snapshot that is not the sum of its entries: always none. Reads all entries."""
    return [Account(key) for key in session.execute(_DRIFT).scalars()]
