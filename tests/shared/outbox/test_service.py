from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from shared.db.session import AFTER_COMMIT, Transactions
from shared.kernel.identifiers import new_id
from shared.outbox import service as outbox
from shared.outbox.models import OutboxMessage, OutboxStatus, Topic
from shared.outbox.service import Announcement, Order
from shared.tasks.models import OperatorTask
from shared.tasks.tables import TaskStatus
from tests.conftest import TestDatabase
from tests.shared.at_once import at_once

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
#: the edge announces at once; the relay takes what was missed from then on
LATER = NOW + 20 * SECOND


def ask(session: Session, number: int = 1, *, topic: Topic = Topic.JOBS, now: datetime = NOW) -> None:
    outbox.ask(
        session, topic, "receipt.deliver", {"receipt_id": str(number)}, dedupe_key=f"r-{number}", now=now
    )


def a_message(session: Session) -> OutboxMessage:
    ask(session)
    session.commit()
    return session.scalars(select(OutboxMessage)).one()


class TestAsking:
    def test_makes_one_message_and_announces_it_after_the_commit(self, app: Session) -> None:
        ask(app)

        message = app.scalars(select(OutboxMessage)).one()
        assert (message.status, message.tries, message.due_at) == (OutboxStatus.PENDING, 0, LATER)
        assert app.info[AFTER_COMMIT] == [Announcement(message.id, Topic.JOBS)]
        assert outbox.order_of(app, message.id) == Order("receipt.deliver", {"receipt_id": "1"})

    def test_twice_makes_one(self, app: Session) -> None:
        ask(app)
        ask(app)

        assert app.scalar(select(func.count()).select_from(OutboxMessage)) == 1
        assert len(app.info[AFTER_COMMIT]) == 1

    def test_at_once_makes_one(self, database: TestDatabase, app: Session) -> None:
        def announced(session: Session, _: int) -> int:
            ask(session)
            return len(session.info.get(AFTER_COMMIT, ()))

        assert sorted(map(str, at_once(database, 8, announced))) == ["0"] * 7 + ["1"]
        assert app.scalar(select(func.count()).select_from(OutboxMessage)) == 1

    def test_leaves_nothing_when_the_decision_is_rolled_back(self, app: Session) -> None:
        ask(app)
        app.rollback()

        assert app.scalar(select(func.count()).select_from(OutboxMessage)) == 0


class TestClaiming:
    def test_gives_a_message_to_one_worker(self, database: TestDatabase, app: Session) -> None:
        message_id = a_message(app).id
        app.rollback()

        def work(session: Session, _: int) -> bool:
            message = outbox.claim(session, message_id)
            session.execute(text("SELECT pg_sleep(0.3)"))
            if message is not None:
                outbox.done(message, now=NOW)
            return message is not None

        assert sorted(map(bool, at_once(database, 8, work))) == [False] * 7 + [True]

    def test_gives_nothing_once_it_is_done(self, app: Session) -> None:
        message = a_message(app)
        outbox.done(message, now=NOW)
        app.commit()

        assert outbox.claim(app, message.id) is None
        assert outbox.order_of(app, message.id) is None
        assert message.done_at == NOW

    def test_gives_nothing_for_an_unknown_id(self, app: Session) -> None:
        assert outbox.claim(app, new_id()) is None
        assert outbox.order_of(app, new_id()) is None

    def test_sees_what_another_worker_wrote_meanwhile(self, app: Session, database: TestDatabase) -> None:
        message = a_message(app)

        def fail(session: Session, _: int) -> None:
            claimed = outbox.claim(session, message.id)
            assert claimed is not None
            outbox.failed(session, claimed, "silence", now=NOW)

        at_once(database, 1, fail)

        claimed = outbox.claim(app, message.id)
        assert claimed is not None
        assert claimed.tries == 1


class TestFailing:
    def test_pauses_longer_each_time_up_to_two_hours(self, app: Session) -> None:
        message = a_message(app)
        pauses = []
        for _ in range(outbox.MAX_TRIES - 1):
            outbox.failed(app, message, "silence", now=NOW)
            pauses.append((message.due_at - NOW).total_seconds())

        assert pauses == [20, 40, 80, 160, 320, 640, 1_280, 2_560, 5_120, 7_200, 7_200]
        assert message.status is OutboxStatus.PENDING

    def test_at_the_last_try_gives_up_and_calls_a_person(self, app: Session) -> None:
        message = a_message(app)
        for _ in range(outbox.MAX_TRIES):
            outbox.failed(app, message, "silence", now=NOW)
        app.commit()

        assert (message.status, message.last_error) == (OutboxStatus.DEAD, "silence")
        assert outbox.claim(app, message.id) is None
        task = app.scalars(select(OperatorTask)).one()
        assert (task.kind, task.entity_kind, task.entity_id) == ("outbox_dead", "outbox", message.id)
        assert (task.reason, task.status) == ("silence", TaskStatus.OPEN)

    def test_for_good_does_not_wait_for_the_last_try(self, app: Session) -> None:
        message = a_message(app)
        outbox.give_up(app, message, "unknown_address", now=NOW)
        outbox.give_up(app, message, "unknown_address", now=NOW)

        assert message.status is OutboxStatus.DEAD
        assert app.scalar(select(func.count()).select_from(OperatorTask)) == 1

    def test_is_forgotten_by_success(self, app: Session) -> None:
        message = a_message(app)
        outbox.failed(app, message, "silence", now=NOW)
        outbox.done(message, now=NOW)

        assert message.last_error is None


class TestLeasing:
    def test_gives_the_work_to_one_at_a_time(self, app: Session) -> None:
        message_id = a_message(app).id

        assert outbox.lease(app, message_id, now=NOW) == Order("receipt.deliver", {"receipt_id": "1"})
        assert outbox.lease(app, message_id, now=NOW + 119 * SECOND) is None
        assert outbox.due(app, limit=10, now=NOW + 119 * SECOND) == []

    def test_ends_with_its_time_so_that_a_dead_worker_is_followed(self, app: Session) -> None:
        message_id = a_message(app).id
        outbox.lease(app, message_id, now=NOW)

        assert len(outbox.due(app, limit=10, now=NOW + 120 * SECOND)) == 1
        assert outbox.lease(app, message_id, now=NOW + 120 * SECOND) is not None

    def test_ends_with_a_failure(self, app: Session) -> None:
        message = a_message(app)
        outbox.lease(app, message.id, now=NOW)
        outbox.failed(app, message, "busy", now=NOW)
        app.flush()

        assert outbox.lease(app, message.id, now=NOW + SECOND) is not None

    def test_at_once_is_one_workers(self, database: TestDatabase, app: Session) -> None:
        message_id = a_message(app).id

        taken = at_once(
            database, 8, lambda session, _: outbox.lease(session, message_id, now=NOW) is not None
        )

        assert sorted(map(str, taken)) == ["False"] * 7 + ["True"]


class TestCounted:
    def test_what_the_work_raises_counts_as_a_try(self, app: Session) -> None:
        message_id = a_message(app).id

        with pytest.raises(ZeroDivisionError), outbox.counted(Transactions(), message_id, now=NOW):
            raise ZeroDivisionError

        app.expire_all()
        message = app.get_one(OutboxMessage, message_id)
        assert (message.tries, message.last_error) == (1, "ZeroDivisionError")

    def test_a_message_that_never_succeeds_comes_to_a_person(self, app: Session) -> None:
        message_id = a_message(app).id

        for _ in range(outbox.MAX_TRIES):
            with pytest.raises(ZeroDivisionError), outbox.counted(Transactions(), message_id, now=NOW):
                raise ZeroDivisionError

        app.expire_all()
        assert app.get_one(OutboxMessage, message_id).status is OutboxStatus.DEAD
        assert app.scalars(select(OperatorTask.status)).all() == [TaskStatus.OPEN]


class TestTheRelay:
    def test_announces_what_is_due_and_not_again_at_once(self, app: Session) -> None:
        message_id = a_message(app).id

        assert outbox.due(app, limit=10, now=NOW) == []
        assert outbox.due(app, limit=10, now=LATER) == [Announcement(message_id, Topic.JOBS)]
        assert outbox.due(app, limit=10, now=LATER) == []
        assert outbox.due(app, limit=10, now=LATER + 20 * SECOND) == [Announcement(message_id, Topic.JOBS)]

    def test_announces_the_oldest_first_and_no_more_than_asked(self, app: Session) -> None:
        for number in range(5):
            ask(app, number, now=NOW - number * SECOND)
        app.commit()

        due = outbox.due(app, limit=2, now=LATER)

        orders = [outbox.order_of(app, each.message_id) for each in due]
        assert [order.payload["receipt_id"] for order in orders if order] == ["4", "3"]

    @pytest.mark.parametrize("ending", ["done", "give_up", "later"])
    def test_leaves_the_rest_alone(self, app: Session, ending: str) -> None:
        message = a_message(app)
        if ending == "done":
            outbox.done(message, now=NOW)
        elif ending == "give_up":
            outbox.give_up(app, message, "silence", now=NOW)
        else:
            outbox.failed(app, message, "silence", now=NOW)
        app.flush()

        assert outbox.due(app, limit=10, now=NOW + 19 * SECOND) == []

    def test_two_at_once_share_the_work(self, database: TestDatabase, app: Session) -> None:
        for number in range(12):
            ask(app, number)
        app.commit()

        def relay(session: Session, _: int) -> list[UUID]:
            due = [each.message_id for each in outbox.due(session, limit=4, now=LATER)]
            session.execute(text("SELECT pg_sleep(0.2)"))
            return due

        announced = [each for ids in at_once(database, 4, relay) if isinstance(ids, list) for each in ids]
        assert len(announced) == len(set(announced)) == 12
