"""Every minute: announces outbox messages whose announcement was missed, or whose next try is due."""

from datetime import datetime

from shared.adapters.queue import jobs, render
from shared.db.session import Transactions
from shared.events.announce import announce
from shared.events.schedule import ScheduledFunction
from shared.outbox import service as outbox
from shared.outbox.models import Topic

_BATCH = 200

app = ScheduledFunction(__name__)


@app.every(minutes=1)
def relay(transactions: Transactions, now: datetime) -> dict[str, int]:
    with transactions() as session:
        due = outbox.due(session, limit=_BATCH, now=now)
    confirmed = announce(due, {Topic.RENDER: render.queue, Topic.JOBS: jobs.queue})
    return {"due": len(due), "announced": confirmed}
