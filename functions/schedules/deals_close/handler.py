"""Every hour: closes completed deals of which nothing is open any more."""

from datetime import datetime

from shared.db.session import Transactions
from shared.events.schedule import ScheduledFunction, Summary
from shared.receipts import finality
from shared.refunds import closing_deals

app = ScheduledFunction(__name__)


@app.every(minutes=60)
def close_deals(transactions: Transactions, now: datetime) -> Summary:
    return closing_deals.close_due(transactions, receipts_are_final=finality.are_final, now=now)
