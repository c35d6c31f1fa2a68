"""Sends due payouts of persons by SBP, and finds out about those whose outcome is not known."""

from datetime import datetime
from typing import Final

from shared.adapters.payouts.factory import payout_provider
from shared.db.session import Transactions
from shared.events.schedule import ScheduledFunction, Summary
from shared.payouts.sending import Sender
from shared.receipts import income
from shared.receipts.tax_gate import tax_gate

PROVIDER: Final = "yookassa"

app = ScheduledFunction(__name__)


@app.every(minutes=5)
def send_payouts(transactions: Transactions, now: datetime) -> Summary:
    sender = Sender(
        transactions,
        provider=payout_provider(PROVIDER),
        gates=(tax_gate,),
        on_settled=income.of_payout,
        now=now,
    )
    return sender.send_due()
