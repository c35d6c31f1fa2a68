from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.db.session import Transactions
from shared.events.failure import RunFailed
from shared.events.schedule import ScheduledFunction, Summary
from shared.kernel.errors import Conflict
from shared.outbox import service as outbox
from shared.outbox.models import OutboxMessage, Topic
from tests.shared.events.conftest import MemoryQueue

Lines = Callable[[], list[dict[str, Any]]]


def a_function(queue: MemoryQueue, ending: Exception | None = None) -> ScheduledFunction:
    function = ScheduledFunction("functions.schedules.sweep.handler")

    @function.every(minutes=5, announces={Topic.JOBS: lambda: queue})
    def sweep(transactions: Transactions, now: datetime) -> Summary:
        with transactions() as session:
            outbox.ask(session, Topic.JOBS, "thing", {}, dedupe_key="one", now=now)
        if ending is not None:
            raise ending
        return {"swept": 3}

    return function


class TestARun:
    def test_answers_and_logs_its_counts(self, queue: MemoryQueue, app: Session, lines: Lines) -> None:
        assert a_function(queue)({"id": "run-1"}, None) == {"swept": 3}

        (line,) = lines()
        assert (line["event"], line["function_name"], line["counts"]) == (
            "schedule", "schedules.sweep", '{"swept": 3}',
        )  # fmt: skip
        assert (line["request_id"], line["error_name"]) == ("run-1", None)

    @pytest.mark.parametrize("event", [{}, {"id": None}, {"id": ""}])
    def test_may_be_started_by_hand(self, queue: MemoryQueue, app: Session, lines: Lines, event: Any) -> None:
        assert a_function(queue)(event, None) == {"swept": 3}
        assert len(lines()[0]["request_id"]) == 36

    def test_announces_what_it_committed(self, queue: MemoryQueue, app: Session) -> None:
        a_function(queue)({}, None)

        assert queue.sent == [str(app.scalars(select(OutboxMessage.id)).one())]

    @pytest.mark.parametrize("ending", [ValueError("Анна Соколова"), Conflict("Анна Соколова")])
    def test_that_fails_keeps_and_announces_what_it_had_committed_and_quotes_nobody(
        self, queue: MemoryQueue, app: Session, lines: Lines, ending: Exception
    ) -> None:
        with pytest.raises(RunFailed) as caught:
            a_function(queue, ending)({}, None)

        name = type(ending).__name__
        assert (str(caught.value), caught.value.__suppress_context__) == (name, True)
        assert queue.sent == [str(app.scalars(select(OutboxMessage.id)).one())]
        said = lines()
        assert [(line["event"], line["error_name"]) for line in said] == [
            ("schedule_failed", name), ("schedule", name),
        ]  # fmt: skip
        assert "Анна" not in str(said)


def test_tells_the_generators_how_often(queue: MemoryQueue) -> None:
    assert a_function(queue).operation.minutes == 5
