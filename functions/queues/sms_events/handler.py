"""Verified words of SMS.RU become the fate of codes: delivered or not."""

from datetime import datetime

from functions.queues.sms_events.schemas import SmsRecords
from shared.adapters.sms.smsru_callbacks import report_of
from shared.auth import deliveries
from shared.db.session import Transactions
from shared.events.queue import QueueFunction

app = QueueFunction(__name__)


@app.consume("sms_events")
def take_reports(body: str, transactions: Transactions, now: datetime) -> None:
    message = SmsRecords.model_validate_json(body)
    reports = [report for record in message.records if (report := report_of(record)) is not None]
    deliveries.record(transactions, reports, provider=message.provider, now=now)
