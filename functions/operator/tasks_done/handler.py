"""POST /operator/tasks/{task_id}/done: a person has settled it, and says how."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from functions.operator.tasks_done.schemas import SettleTaskRequest
from shared.access import rights
from shared.desk import tasks
from shared.http.caller import Principal
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.http.task_view import TaskView

app = HttpFunction(__name__)


@app.endpoint("POST", "/operator/tasks/{task_id}/done", access=rights.TASKS_SETTLE)
def settle_task(
    task_id: UUID,
    body: SettleTaskRequest,
    caller: Principal,
    session: Session,
    facts: RequestFacts,
    now: datetime,
) -> TaskView:
    settled = tasks.settle(
        session,
        task_id=task_id,
        note=body.note,
        member_id=caller.user_id,
        actor=caller.actor(facts),
        now=now,
    )
    return TaskView.of(settled, now)
