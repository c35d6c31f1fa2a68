"""What a request asked for is announced after its commit, and by the relay where that fails."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.db.session import Transactions
from shared.http.caller import PUBLIC
from shared.http.function import HttpFunction
from shared.kernel.errors import Conflict
from shared.outbox import service as outbox
from shared.outbox.models import OutboxMessage, Topic
from tests.functions.conftest import Call
from tests.shared.events.conftest import MemoryQueue

Lines = Callable[[], list[dict[str, Any]]]


def asking(queue: MemoryQueue, *, ending: Exception | None = None, own: bool = False) -> HttpFunction:
    function = HttpFunction("functions.asks.handler")

    def ask(session: Session, now: datetime) -> None:
        outbox.ask(session, Topic.JOBS, "thing", {}, dedupe_key="one", now=now)
        session.flush()
        assert queue.sent == []
        if ending is not None:
            raise ending

    if own:

        @function.endpoint("POST", "/asks", access=PUBLIC, announces={Topic.JOBS: lambda: queue})
        def ask_twice(transactions: Transactions, now: datetime) -> None:
            with transactions() as session:
                ask(session, now)

    else:

        @function.endpoint("POST", "/asks", access=PUBLIC, announces={Topic.JOBS: lambda: queue})
        def ask_once(session: Session, now: datetime) -> None:
            ask(session, now)

    return function


@pytest.mark.parametrize("own", [False, True], ids=["one transaction", "transactions of its own"])
class TestAnAnnouncement:
    def test_goes_out_after_the_commit(self, call: Call, app: Session, *, own: bool) -> None:
        queue = MemoryQueue()

        assert call(asking(queue, own=own)).status == 204
        assert queue.sent == [str(app.scalars(select(OutboxMessage.id)).one())]

    @pytest.mark.parametrize("ending", [Conflict("Нельзя."), ValueError("bug")])
    def test_does_not_go_out_for_what_was_rolled_back(
        self,
        call: Call,
        app: Session,
        ending: Exception,
        *,
        own: bool,
    ) -> None:
        queue = MemoryQueue()

        assert call(asking(queue, own=own, ending=ending)).status >= 400
        assert (queue.sent, app.scalars(select(OutboxMessage)).all()) == ([], [])

    @pytest.mark.parametrize("broken", [False, True])
    def test_that_is_missed_fails_nothing(
        self,
        call: Call,
        app: Session,
        lines: Lines,
        *,
        own: bool,
        broken: bool,
    ) -> None:
        queue = MemoryQueue()
        queue.lose_the_network()
        if broken:
            queue.down = ZeroDivisionError()

        assert call(asking(queue, own=own)).status == 204
        assert len(app.scalars(select(OutboxMessage)).all()) == 1
        assert lines()[0]["event"] == ("announcement_failed" if broken else "announcement_missed")
