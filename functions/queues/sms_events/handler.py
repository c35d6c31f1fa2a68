"""Verified words of the provider of text messages become the fate of codes: delivered or not."""

from datetime import datetime

from functions.queues.sms_events.schemas import SmsReports
from shared.auth import deliveries
from shared.db.session import Transactions
from shared.events.queue import QueueFunction

app = QueueFunction(__name__)


@app.consume("sms_events")
def take_reports(body: str, transactions: Transactions, now: datetime) -> None:
    message = SmsReports.model_validate_json(body)
    deliveries.record(transactions, message.as_said(), provider=message.provider, now=now)
