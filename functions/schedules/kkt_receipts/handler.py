"""Has cash registers' receipts registered: those of releases are asked for, those of payments and refunds looked up."""

from datetime import datetime

from shared.adapters.fiscal.factory import fiscal_register
from shared.db.session import Transactions
from shared.events.schedule import ScheduledFunction, Summary
from shared.receipts.kkt_registering import Registrar

app = ScheduledFunction(__name__)


@app.every(minutes=1)
def register_receipts(transactions: Transactions, now: datetime) -> Summary:
    return Registrar(transactions, fiscal_register, now).run()
