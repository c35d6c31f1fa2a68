from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from shared.config import database as database_settings
from shared.db import session
from shared.db.session import Transactions
from shared.desk.failures import Failure
from shared.desk.failures import of as failures_of
from shared.events.queue import QueueFunction
from shared.kernel.errors import Conflict
from shared.observability import log
from shared.outbox import service as outbox
from shared.outbox.models import OutboxMessage, Topic
from tests.shared.events.conftest import MemoryQueue

Lines = Callable[[], list[dict[str, Any]]]


def an_event(*bodies: str) -> dict[str, Any]:
    return {
        "Records": [
            {"messageId": f"m-{number}", "body": body, "attributes": {"ApproximateReceiveCount": "2"}}
            for number, body in enumerate(bodies)
        ]
    }


def failures(*numbers: int) -> dict[str, Any]:
    return {"batchItemFailures": [{"itemIdentifier": f"m-{number}"} for number in numbers]}


@pytest.fixture
def function(queue: MemoryQueue) -> QueueFunction:
    """Asks for a job per message; "poison" fails after its writes, "refused" is refused."""
    function = QueueFunction("functions.queues.things.handler")

    @function.consume("things", batch_size=5, max_receives=3, announces={Topic.JOBS: lambda: queue})
    def handle(body: str, transactions: Transactions, now: datetime) -> None:
        with transactions() as session:
            outbox.ask(session, Topic.JOBS, "thing", {}, dedupe_key=body, now=now)
            if body == "poison":
                raise ValueError("Анна Соколова")
            if body == "refused":
                raise Conflict("Нельзя.")
            if body == "sql":
                session.execute(text("SELECT 'Анна Соколова'::int"))

    return function


class TestABatch:
    @pytest.mark.parametrize("bad", ["poison", "refused", "sql"])
    def test_gives_back_only_the_message_that_failed(
        self, function: QueueFunction, app: Session, queue: MemoryQueue, bad: str
    ) -> None:
        assert function(an_event("one", bad, "two"), None) == failures(1)

        assert sorted(app.scalars(select(OutboxMessage.dedupe_key))) == ["one", "two"]
        assert len(queue.sent) == 2

    def test_gives_nothing_back_when_all_went_well(self, function: QueueFunction, app: Session) -> None:
        assert function(an_event("one", "two"), None) == failures()
        assert function(an_event(), None) == failures()

    def test_may_all_fail(self, function: QueueFunction, app: Session) -> None:
        assert function(an_event("poison", "refused"), None) == failures(0, 1)
        assert app.scalar(select(func.count()).select_from(OutboxMessage)) == 0

    def test_does_not_fail_for_an_announcement_that_was_missed(
        self, function: QueueFunction, app: Session, queue: MemoryQueue
    ) -> None:
        queue.lose_the_network()

        assert function(an_event("one"), None) == failures()
        assert app.scalars(select(OutboxMessage.dedupe_key)).all() == ["one"]

    def test_is_logged_a_line_a_message_under_its_id_and_without_contents(
        self, function: QueueFunction, app: Session, lines: Lines
    ) -> None:
        function(an_event("one", "poison"), None)

        said = lines()
        assert "Анна" not in str(said)
        good, bad = (line for line in said if line["event"] == "message")
        assert (good["request_id"], good["function_name"], good["queue"]) == (
            "m-0",
            "queues.things",
            "things",
        )
        assert (good["receives"], good["error_name"]) == (2, None)
        assert (bad["request_id"], bad["error_name"]) == ("m-1", "ValueError")
        assert [line["error_name"] for line in said if line["event"] == "message_failed"] == ["ValueError"]


class TestAFailure:
    def test_is_noted_by_type_and_counted(self, function: QueueFunction, app: Session) -> None:
        function(an_event("one", "poison"), None)
        function(an_event("one", "refused"), None)

        noted = failures_of(app, queue="things", message_ids=["m-0", "m-1"])
        assert noted == {"m-1": Failure("Conflict", 2)}

    def test_of_the_database_is_still_given_back(
        self, function: QueueFunction, database: object, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("DATABASE_URL", "postgresql://nobody:nothing@127.0.0.1:9/none")
        database_settings.load.cache_clear()
        session.dispose()

        assert function(an_event("one"), None) == failures(0)


class TestTheOperation:
    def test_tells_the_generators_what_it_takes(self, function: QueueFunction) -> None:
        operation = function.operation

        assert (operation.queue, operation.batch_size, operation.max_receives) == ("things", 5, 3)
        assert set(operation.announces) == {Topic.JOBS}

    def test_gives_the_message_its_id_for_the_audit(self, database: object) -> None:
        seen = []
        function = QueueFunction("functions.queues.things.handler")

        @function.consume("things")
        def handle(body: str, transactions: Transactions, now: datetime) -> None:
            seen.append((body, log.request_id.get(), now.utcoffset()))

        function(an_event("one"), None)

        (saw,) = seen
        assert saw[:2] == ("one", "m-0")
        assert saw[2] is not None
