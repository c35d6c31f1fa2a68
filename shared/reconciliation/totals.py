"""The three sides of a terminal's day as sums, for people who read the report."""

from datetime import timedelta
from typing import Final

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from shared.kernel.clock import moscow_midnight
from shared.kernel.money import Money, total
from shared.ledger import accounts, balances
from shared.reconciliation import settling
from shared.reconciliation.models import ReconciliationRun, RunTotal
from shared.reconciliation.registry_models import RegistryDay
from shared.reconciliation.statement_models import BankLine, LineMeaning

# As the registry's net, without what lies in deals at the bank: that is never settled.
_LEDGER_NET: Final = text(
    """
    SELECT coalesce(sum(CASE e.side WHEN 'debit' THEN e.amount_kopecks ELSE -e.amount_kopecks END), 0)::bigint
    FROM ledger_entries e
    JOIN ledger_accounts a ON a.id = e.account_id
    JOIN ledger_transactions t ON t.id = e.transaction_id
    WHERE a.provider = :terminal AND a.kind = 'provider_clearing'
      AND t.kind IN ('payment_received', 'provider_charge', 'refund_succeeded')
      AND t.occurred_at >= :since AND t.occurred_at < :before
    """
)


def of_terminal(session: Session, run: ReconciliationRun, terminal: str) -> RunTotal:
    bounds = {"since": moscow_midnight(run.day), "before": moscow_midnight(run.day + timedelta(days=1))}
    registry = session.scalars(
        select(RegistryDay).where(RegistryDay.terminal == terminal, RegistryDay.day == run.day)
    ).one_or_none()
    settled = session.scalar(
        select(func.sum(BankLine.amount_kopecks)).where(
            BankLine.terminal == terminal,
            BankLine.meaning == LineMeaning.PROVIDER_SETTLED,
            BankLine.booked_on == run.day,
        )
    )
    return RunTotal(
        run_id=run.id,
        terminal=terminal,
        ledger_net_kopecks=Money(session.execute(_LEDGER_NET, {"terminal": terminal, **bounds}).scalar_one()),
        registry_net_kopecks=None if registry is None else registry.net,
        settled_kopecks=settled or Money.zero(),
        clearing_kopecks=balances.balance_of(session, accounts.provider_clearing(terminal)),
        unsettled_kopecks=total([day.net for day in settling.unsettled(session, terminal)]),
    )
