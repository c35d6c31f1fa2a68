"""Speaks to the tax service: bindings of the self-employed and receipts of their income."""

from datetime import datetime
from typing import Final

from shared.adapters.fns import tax_receipts
from shared.adapters.queue import jobs
from shared.db.session import Transactions
from shared.events.schedule import ScheduledFunction, Summary
from shared.outbox.models import Topic
from shared.receipts.issuing import Issuer

ANNOUNCES: Final = {Topic.JOBS: jobs.queue}

app = ScheduledFunction(__name__)


@app.every(minutes=1, announces=ANNOUNCES)
def issue_receipts(transactions: Transactions, now: datetime) -> Summary:
    return Issuer(transactions, tax=tax_receipts(), now=now).issue_due()
