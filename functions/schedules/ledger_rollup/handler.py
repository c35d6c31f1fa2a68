"""Ends holds whose time is over, and rolls the ledger up, so that its accounts are read without adding up years."""

from datetime import datetime

from shared.db.session import Transactions
from shared.events.schedule import ScheduledFunction, Summary
from shared.ledger import holds, rollup

app = ScheduledFunction(__name__)


@app.every(minutes=5)
def roll_up(transactions: Transactions, now: datetime) -> Summary:
    with transactions() as session:
        ended = holds.expire_due(session, now=now)
    return {"holds_expired": len(ended), "entries": rollup.catch_up(transactions)}
