"""Sends decided refunds once they are covered, finds out about those whose outcome is unknown, ends unapproved ones."""

from datetime import datetime

from shared.adapters.sbp.refund_factory import refund_provider
from shared.db.session import Transactions
from shared.events.schedule import ScheduledFunction, Summary
from shared.receipts import refunded
from shared.refunds.sending import RefundSender

app = ScheduledFunction(__name__)


@app.every(minutes=1)
def send_refunds(transactions: Transactions, now: datetime) -> Summary:
    return RefundSender(transactions, refund_provider, refunded.of_refund, now).send_due()
