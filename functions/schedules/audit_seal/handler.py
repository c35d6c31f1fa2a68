"""Every minute: gives new lines of the audit log their places in the chain and seals its head."""

from datetime import datetime

from shared.adapters.storage.s3 import object_storage
from shared.audit import sealing
from shared.config import audit
from shared.db.session import Transactions
from shared.events.schedule import ScheduledFunction, Summary

app = ScheduledFunction(__name__)


@app.every(minutes=1)
def seal_audit(transactions: Transactions, now: datetime) -> Summary:
    return sealing.chain_and_seal(transactions, storage=object_storage(), keys=audit.seal_keys(), now=now)
