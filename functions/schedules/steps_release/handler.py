"""Releases paid steps whose hold is over: the split becomes final, payouts are planned."""

from datetime import datetime

from shared.db.session import Transactions
from shared.events.schedule import ScheduledFunction, Summary
from shared.payouts import release

app = ScheduledFunction(__name__)


@app.every(minutes=5)
def release_steps(transactions: Transactions, now: datetime) -> Summary:
    return release.release_due(transactions, now=now)
