"""Asks the provider about open payment links: the guarantee behind the webhooks."""

from datetime import datetime

from shared.adapters.sbp.factory import payment_provider
from shared.config import terminals
from shared.db.session import Transactions
from shared.events.schedule import ScheduledFunction, Summary
from shared.payments import polling
from shared.receipts import income

app = ScheduledFunction(__name__)


@app.every(minutes=1)
def poll_intents(transactions: Transactions, now: datetime) -> Summary:
    return polling.poll_terminals(
        transactions,
        names=list(terminals.load().by_name),
        providers=payment_provider,
        on_paid=income.of_payment,
        now=now,
    )
