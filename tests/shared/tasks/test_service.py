from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.kernel.identifiers import new_id
from shared.tasks import service
from shared.tasks.models import OperatorTask
from shared.tasks.tables import TaskStatus
from tests.conftest import TestDatabase
from tests.shared.at_once import at_once

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


class TestATask:
    def test_is_opened_once_per_cause(self, app: Session) -> None:
        entity = ("payment", new_id())
        service.open_task(app, "late_payment", entity=entity, reason="expired", now=NOW)
        service.open_task(app, "late_payment", entity=entity, reason="expired", now=NOW + timedelta(days=1))

        task = app.scalars(select(OperatorTask)).one()
        assert (task.reason, task.status, task.created_at) == ("expired", TaskStatus.OPEN, NOW)

    def test_of_another_reason_is_another(self, app: Session) -> None:
        entity = ("payout", new_id())
        for reason in ("owner_blocked", "npd_year_limit"):
            service.open_task(app, "payout_held", entity=entity, reason=reason, now=NOW)

        assert len(app.scalars(select(OperatorTask)).all()) == 2

    def test_that_was_settled_may_come_again(self, app: Session) -> None:
        entity = ("payout", new_id())
        service.open_task(app, "payout_held", entity=entity, reason="owner_blocked", now=NOW)
        app.scalars(select(OperatorTask)).one().status = TaskStatus.DONE
        app.flush()

        service.open_task(app, "payout_held", entity=entity, reason="owner_blocked", now=NOW)

        states = app.scalars(select(OperatorTask.status)).all()
        assert sorted(states) == [TaskStatus.DONE, TaskStatus.OPEN]

    def test_of_another_kind_or_thing_is_another(self, app: Session) -> None:
        first, second = new_id(), new_id()
        for kind, entity_id in (("late", first), ("unknown", first), ("late", second)):
            service.open_task(app, kind, entity=("payment", entity_id), reason="r", now=NOW)

        assert len(app.scalars(select(OperatorTask)).all()) == 3

    def test_met_at_once_is_one(self, database: TestDatabase, app: Session) -> None:
        entity = ("payment", new_id())
        at_once(
            database,
            8,
            lambda session, _: service.open_task(session, "late", entity=entity, reason="r", now=NOW),
        )

        assert len(app.scalars(select(OperatorTask)).all()) == 1
