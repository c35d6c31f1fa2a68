"""Every six hours: destroys the data of those who withdrew their consent to its processing 30 days ago."""

from datetime import datetime

from shared.db.session import Transactions
from shared.events.schedule import ScheduledFunction, Summary
from shared.privacy import withdrawn

app = ScheduledFunction(__name__)


@app.every(minutes=360)
def erase_due(transactions: Transactions, now: datetime) -> Summary:
    return withdrawn.erase_due(transactions, now=now)
