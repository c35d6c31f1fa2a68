"""``QueueFunction``: an SQS consumer; each message is a call of its own, and only failed ones come back."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from shared.db.session import Transactions
from shared.desk import failures
from shared.events.announce import NO_QUEUES, Queues, announce
from shared.kernel.clock import utc_now
from shared.observability import log

Consumer = Callable[[str, Transactions, datetime], None]


class QueueOperation(NamedTuple):
    """What the generators read."""

    queue: str
    batch_size: int
    max_receives: int
    announces: Queues
    consumer: Consumer


class QueueFunction:
    """Callable with an SQS event; answers ``ReportBatchItemFailures``."""

    operation: QueueOperation

    def __init__(self, module_name: str) -> None:
        self.function_name = module_name.removeprefix("functions.").removesuffix(".handler")

    def consume(
        self, queue: str, *, batch_size: int = 10, max_receives: int = 5, announces: Queues = NO_QUEUES
    ) -> Callable[[Consumer], Consumer]:
        """:param max_receives: after so many tries a message goes to the dead-letter queue"""

        def register(consumer: Consumer) -> Consumer:
            self.operation = QueueOperation(queue, batch_size, max_receives, announces, consumer)
            return consumer

        return register

    def __call__(self, event: dict[str, Any], _context: object) -> dict[str, Any]:
        failed = [record["messageId"] for record in event["Records"] if not self._handled(record)]
        return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}

    def _handled(self, record: dict[str, Any]) -> bool:
        log.request_id.set(str(record["messageId"]))
        started = time.perf_counter()
        failure: str | None = None
        try:
            transactions = Transactions()
            self.operation.consumer(record["body"], transactions, utc_now())
            announce(transactions.committed, self.operation.announces)
        except Exception as error:  # noqa: BLE001 -- the outermost frame: the queue redelivers whatever failed
            failure = type(error).__name__
            log.surprise("message_failed", error)
            self._note(str(record["messageId"]), failure)
        log.write(
            "message",
            function_name=self.function_name,
            queue=self.operation.queue,
            receives=int(record.get("attributes", {}).get("ApproximateReceiveCount", 1)),
            error_name=failure,
            milliseconds=round((time.perf_counter() - started) * 1000),
        )
        return failure is None

    def _note(self, message_id: str, reason: str) -> None:
        """For whoever finds it among the dead letters; at best effort, since the database may be what failed."""
        try:
            with Transactions()() as session:
                failures.note(
                    session,
                    queue=self.operation.queue,
                    message_id=message_id,
                    reason=reason,
                    now=utc_now(),
                )
        except Exception as error:  # noqa: BLE001 -- the message comes back whatever became of the note
            log.surprise("failure_not_noted", error)
