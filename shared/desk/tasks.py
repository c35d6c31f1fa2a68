"""Operators' tasks: what waits for a person, and its end."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import Actor
from shared.desk.errors import TaskAlreadyDone, TaskNotFound, TaskSettledByDeed
from shared.desk.note_models import OperatorTaskNote
from shared.payments import suspense
from shared.payments.models import Payment, PaymentStatus
from shared.tasks.models import OperatorTask
from shared.tasks.tables import TaskStatus
from shared.vault import service as vault


def waiting(
    session: Session, *, kind: str | None, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[OperatorTask]:
    """At most ``limit`` open tasks, oldest first.

    :param after: moment and id of the task after which to go on
    """
    wanted = select(OperatorTask).where(OperatorTask.status == TaskStatus.OPEN)
    if kind is not None:
        wanted = wanted.where(OperatorTask.kind == kind)
    if after is not None:
        wanted = wanted.where(tuple_(OperatorTask.created_at, OperatorTask.id) > after)
    return session.scalars(wanted.order_by(OperatorTask.created_at, OperatorTask.id).limit(limit)).all()


def settle(
    session: Session, *, task_id: UUID, note: str, member_id: UUID, actor: Actor, now: datetime
) -> OperatorTask:
    """Close an open task; what was done about it is kept, sealed.

    :raises TaskNotFound, TaskAlreadyDone: as they say
    :raises TaskSettledByDeed: its money still lies in suspense
    """
    task = session.get(OperatorTask, task_id, with_for_update=True, populate_existing=True)
    if task is None:
        raise TaskNotFound
    if task.status is not TaskStatus.OPEN:
        raise TaskAlreadyDone
    if task.kind == suspense.TASK and _is_suspended(session, task.entity_id):
        raise TaskSettledByDeed
    task.status, task.done_at = TaskStatus.DONE, now
    sealer = vault.Sealer(vault.key_of(session, member_id), table=OperatorTaskNote.__tablename__, row=task_id)
    sealed = sealer.seal("note", note)
    session.add(OperatorTaskNote(task_id=task_id, written_by=member_id, note=sealed, created_at=now))
    audit.record(
        session,
        actor,
        "task.done",
        entity=("operator_task", task_id),
        before={"status": TaskStatus.OPEN},
        after={"status": task.status, "kind": task.kind, "reason": task.reason},
        now=now,
    )
    session.flush()
    return task


def _is_suspended(session: Session, payment_id: UUID) -> bool:
    payment = session.get(Payment, payment_id)
    return payment is not None and payment.status is PaymentStatus.SUSPENSE
