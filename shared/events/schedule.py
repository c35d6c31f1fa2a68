"""``ScheduledFunction``: run by the clock, or by a person through the same invoke API."""

import json
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import uuid4

from shared.db.session import Transactions
from shared.events.announce import NO_QUEUES, Queues, announce
from shared.events.failure import RunFailed
from shared.kernel.clock import utc_now
from shared.observability import log

Summary = dict[str, int]
Job = Callable[[Transactions, datetime], Summary]


class ScheduleOperation(NamedTuple):
    """What the generators read."""

    minutes: int
    announces: Queues
    job: Job


class ScheduledFunction:
    """Callable with any event; answers the job's counts, which are logged too.

    :raises RunFailed: whatever the job raised; what it had committed by then is announced
    """

    operation: ScheduleOperation

    def __init__(self, module_name: str) -> None:
        self.function_name = module_name.removeprefix("functions.").removesuffix(".handler")

    def every(self, *, minutes: int, announces: Queues = NO_QUEUES) -> Callable[[Job], Job]:
        def register(job: Job) -> Job:
            self.operation = ScheduleOperation(minutes, announces, job)
            return job

        return register

    def __call__(self, event: dict[str, Any], _context: object) -> Summary:
        log.request_id.set(str(event.get("id") or uuid4())[:64])
        started = time.perf_counter()
        summary: Summary = {}
        failure: str | None = None
        transactions = Transactions()
        try:
            summary = self.operation.job(transactions, utc_now())
        except Exception as error:  # noqa: BLE001 -- the outermost frame: the platform would print its text
            failure = type(error).__name__
            log.surprise("schedule_failed", error)
            raise RunFailed(failure) from None
        finally:
            announce(transactions.committed, self.operation.announces)
            log.write(
                "schedule",
                function_name=self.function_name,
                counts=json.dumps(summary),
                error_name=failure,
                milliseconds=round((time.perf_counter() - started) * 1000),
            )
        return summary
