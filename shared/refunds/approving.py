"""A large refund is approved by another person than the one who asked for it, or it isn't made."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from shared.audit.service import SYSTEM, Actor
from shared.payments.models import Payment
from shared.refunds import finding, trail
from shared.refunds.errors import OwnRefund, RefundNotFound, RefundNotWaiting
from shared.refunds.models import Refund, RefundStatus
from shared.refunds.requesting import TO_APPROVE, decide
from shared.tasks.tables import TaskStatus, operator_tasks


def approve(session: Session, *, refund_id: UUID, approver_id: UUID, actor: Actor, now: datetime) -> Refund:
    """The refund will be; it goes on as if nobody had had to approve it.

    :raises RefundNotFound: there is none
    :raises RefundNotWaiting: it was decided already, or its time is over
    :raises OwnRefund: he asked for it himself
    """
    refund = _waiting(session, refund_id, approver_id, now)
    _, _, step = finding.locked(session, refund_id)
    if step is None:
        raise AssertionError("only a step's refund is approved")
    refund.decided_by, refund.decided_at = approver_id, now
    refund.expires_at = None
    trail.record_decision(session, refund, "refund.approved", actor=actor, now=now)
    payment = session.get_one(Payment, refund.payment_id)
    decide(session, refund, payment, step, finding.parts_of(session, refund_id), now=now)
    _close_task(session, refund_id, now)
    return refund


def decline(
    session: Session, *, refund_id: UUID, approver_id: UUID, reason: str, actor: Actor, now: datetime
) -> Refund:
    """The refund will not be: its money is free again.

    :param reason: the approver's, a stable word
    :raises RefundNotFound, RefundNotWaiting, OwnRefund: as ``approve``
    """
    refund = _waiting(session, refund_id, approver_id, now)
    refund.decided_by, refund.decided_at = approver_id, now
    _let_go(session, refund, RefundStatus.DECLINED, actor, reason, now)
    return refund


def expire(session: Session, refund_id: UUID, *, now: datetime) -> RefundStatus:
    """Nobody decided in time: its money is free again. The state it has afterwards."""
    refund = finding.locked(session, refund_id).refund
    if refund.status is RefundStatus.AWAITING_APPROVAL and _is_over(refund, now):
        _let_go(session, refund, RefundStatus.EXPIRED, SYSTEM, "nobody_decided", now)
    return refund.status


def _waiting(session: Session, refund_id: UUID, approver_id: UUID, now: datetime) -> Refund:
    if session.get(Refund, refund_id) is None:
        raise RefundNotFound
    refund = finding.locked(session, refund_id).refund
    if refund.status is not RefundStatus.AWAITING_APPROVAL or _is_over(refund, now):
        raise RefundNotWaiting(refund.status)
    if refund.requested_by == approver_id:
        raise OwnRefund
    return refund


def _is_over(refund: Refund, now: datetime) -> bool:
    return refund.expires_at is not None and refund.expires_at <= now


def _let_go(
    session: Session, refund: Refund, to: RefundStatus, actor: Actor, reason: str, now: datetime
) -> None:
    parts = finding.parts_of(session, refund.id)
    for split in finding.splits_of(session, refund.payment_id):
        if split.id in parts:
            split.refund_waiting_kopecks -= parts[split.id].amount_kopecks
    refund.final_at, refund.next_at, refund.failure_reason = now, None, reason
    trail.move(session, refund, to, actor=actor, reason=reason, now=now)
    _close_task(session, refund.id, now)
    session.flush()


def _close_task(session: Session, refund_id: UUID, now: datetime) -> None:
    session.execute(
        update(operator_tasks)
        .where(
            operator_tasks.c.kind == TO_APPROVE,
            operator_tasks.c.entity_id == refund_id,
            operator_tasks.c.status == TaskStatus.OPEN,
        )
        .values(status=TaskStatus.DONE, done_at=now)
    )
