"""Accepts what the client was silent about, and releases paid steps whose rule is met: payouts are planned."""

from datetime import datetime

from shared.db.session import Transactions
from shared.deals import acceptance
from shared.events.schedule import ScheduledFunction, Summary
from shared.payouts import release

app = ScheduledFunction(__name__)


@app.every(minutes=5)
def release_steps(transactions: Transactions, now: datetime) -> Summary:
    silent = acceptance.accept_silent(transactions, now=now)
    return {**silent, **release.release_due(transactions, now=now)}
