"""Makes PDFs: contracts, and sealed copies with their signature sheets."""

from datetime import datetime
from uuid import UUID

from shared.adapters.pdf import pdf_renderer
from shared.adapters.queue import jobs
from shared.adapters.storage.s3 import object_storage
from shared.db.session import Transactions
from shared.documents import making, rendering
from shared.events.queue import QueueFunction
from shared.outbox import service as outbox
from shared.outbox.models import Topic
from shared.signatures import sealing, signing

app = QueueFunction(__name__)

_WORK = {making.RENDER: rendering.render, signing.SEAL: sealing.seal}


@app.consume("render", batch_size=1, announces={Topic.JOBS: jobs.queue})
def make_document(body: str, transactions: Transactions, now: datetime) -> None:
    message_id = UUID(body)
    with transactions() as session:
        order = outbox.order_of(session, message_id)
    if order is None:
        return
    with outbox.counted(transactions, message_id, now=now):
        _WORK[order.kind](
            transactions,
            message_id,
            UUID(order.payload["document_id"]),
            renderer=pdf_renderer(),
            storage=object_storage(),
            now=now,
        )
