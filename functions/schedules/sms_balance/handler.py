"""Every hour: is there money and room for text messages? If not, an operator is told."""

from datetime import datetime

from shared.adapters.sms.smsru_account import sms_account
from shared.auth import sms_supply
from shared.config import sms
from shared.db.session import Transactions
from shared.events.schedule import ScheduledFunction, Summary

app = ScheduledFunction(__name__)


@app.every(minutes=60)
def check_account(transactions: Transactions, now: datetime) -> Summary:
    alarm_kopecks = sms.load().balance_alarm_kopecks
    return sms_supply.check(transactions, sms_account(), alarm_kopecks=alarm_kopecks, now=now)
