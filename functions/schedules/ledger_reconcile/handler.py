"""Every hour: compares the ledger with registries and statements, for days that are due (each once a day)."""

from datetime import datetime

from shared.adapters.sbp.factory import payment_provider
from shared.adapters.sbp.registry_factory import payment_registries
from shared.db.session import Transactions
from shared.events.schedule import ScheduledFunction, Summary
from shared.receipts import income
from shared.reconciliation import due
from shared.reconciliation.running import Sides

app = ScheduledFunction(__name__)


@app.every(minutes=60)
def reconcile(transactions: Transactions, now: datetime) -> Summary:
    sides = Sides(payment_registries(), payment_provider, income.of_payment)
    return due.reconcile_due(transactions, sides=sides, now=now)
