"""Asks what became of codes that no callback told about: the guarantee behind the callbacks."""

from datetime import datetime

from shared.adapters.sms.smsru_account import sms_account
from shared.auth import deliveries
from shared.db.session import Transactions
from shared.events.schedule import ScheduledFunction, Summary

PROVIDER = "smsru"

app = ScheduledFunction(__name__)


@app.every(minutes=15)
def ask_for_reports(transactions: Transactions, now: datetime) -> Summary:
    return deliveries.ask(transactions, sms_account(), provider=PROVIDER, now=now)
