from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text

from functions.operator.tasks_done.handler import app
from shared.audit.models import AuditLog
from shared.db.session import transaction
from shared.desk.note_models import OperatorTaskNote
from shared.kernel.clock import utc_now
from shared.kernel.identifiers import new_id
from shared.tasks import service as tasks
from shared.tasks.models import OperatorTask
from shared.vault import service as vault
from tests.functions.conftest import Call, Signed
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.stray import stray_money

NOTE = {"note": "Анна Соколова подтвердила: деньги вернулись"}


def the_task() -> UUID:
    with transaction() as session:
        return session.scalars(select(OperatorTask.id)).one()


@pytest.fixture
def task_id(database: object) -> UUID:
    with transaction() as session:
        tasks.open_task(session, "payout_held", entity=("payout", new_id()), reason="r", now=utc_now())
    return the_task()


class TestSettlingATask:
    def test_closes_it_and_keeps_the_note_sealed(self, call: Call, operator: Signed, task_id: UUID) -> None:
        reply = call(app, as_=operator, task_id=task_id, body=NOTE)

        assert (reply.status, reply.json["status"]) == (200, "done")
        assert reply.json["done_at"] is not None
        with transaction() as session:
            note = session.scalars(select(OperatorTaskNote)).one()
            assert note.written_by == operator.user_id
            sealer = vault.Sealer(
                vault.key_of(session, note.written_by), table="operator_task_notes", row=task_id
            )
            assert sealer.open("note", note.note) == NOTE["note"]
            raw = session.scalars(text("SELECT note FROM operator_task_notes")).one()
            assert "Соколова".encode() not in bytes(raw)

    def test_is_written_down_without_the_note(self, call: Call, operator: Signed, task_id: UUID) -> None:
        call(app, as_=operator, task_id=task_id, body=NOTE)

        with transaction() as session:
            line = session.scalars(select(AuditLog).where(AuditLog.action == "task.done")).one()
            assert (line.actor_id, line.entity_id) == (operator.user_id, task_id)
            assert line.after == {"status": "done", "kind": "payout_held", "reason": "r"}

    def test_happens_once(self, call: Call, operator: Signed, task_id: UUID) -> None:
        replies = [call(app, as_=operator, task_id=task_id, body=NOTE) for _ in range(2)]

        assert [each.status for each in replies] == [200, 409]
        assert replies[1].code == "task_already_done"

    def test_of_money_in_suspense_is_a_deed_and_no_click(
        self, call: Call, operator: Signed, database: object
    ) -> None:
        stray_money(FakeCollector())

        reply = call(app, as_=operator, task_id=the_task(), body=NOTE)

        assert (reply.status, reply.code) == (409, "task_settled_by_deed")

    def test_of_what_nobody_opened_is_not_found(self, call: Call, operator: Signed) -> None:
        assert call(app, as_=operator, task_id=uuid4(), body=NOTE).code == "task_not_found"

    def test_needs_a_note(self, call: Call, operator: Signed, task_id: UUID) -> None:
        assert call(app, as_=operator, task_id=task_id, body={}).status == 422
