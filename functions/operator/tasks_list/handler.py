"""GET /operator/tasks: what waits for a person, oldest first."""

from datetime import datetime

from sqlalchemy.orm import Session

from functions.operator.tasks_list.schemas import ListTasksQuery, TasksPage
from shared.access import rights
from shared.desk import tasks
from shared.http.function import HttpFunction

app = HttpFunction(__name__)


@app.endpoint("GET", "/operator/tasks", access=rights.TASKS_SETTLE)
def list_tasks(query: ListTasksQuery, session: Session, now: datetime) -> TasksPage:
    found = tasks.waiting(session, kind=query.kind, after=query.cursor, limit=query.limit + 1)
    return TasksPage.of(found, limit=query.limit, now=now)
