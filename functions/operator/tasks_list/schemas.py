from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, Field

from shared.http.cursor import CursorQuery, CursorView, Place, to_cursor
from shared.http.task_view import EXAMPLE, TaskView
from shared.tasks.models import OperatorTask


class ListTasksQuery(CursorQuery):
    kind: Annotated[str, Field(pattern=r"^[a-z_]{1,64}$", examples=["payment_in_suspense"])] | None = None


class TasksPage(CursorView[TaskView]):
    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [EXAMPLE], "next_cursor": None}]})

    @classmethod
    def of(cls, tasks: Sequence[OperatorTask], *, limit: int, now: datetime) -> "TasksPage":
        """:param tasks: one more than ``limit`` where there is a next page"""
        shown = tasks[:limit]
        further = len(tasks) > limit
        return cls(
            items=[TaskView.of(task, now) for task in shown],
            next_cursor=to_cursor(Place(shown[-1].created_at, shown[-1].id)) if further else None,
        )
