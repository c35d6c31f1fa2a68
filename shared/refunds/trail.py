"""A refund moves on, and the audit log says from where to where and by whom."""

from datetime import datetime

from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import SYSTEM, Actor
from shared.refunds.lifecycle import TRANSITIONS
from shared.refunds.models import Refund, RefundStatus


def record_request(session: Session, refund: Refund, *, actor: Actor, now: datetime) -> None:
    """``refund.requested``; the comment is not said."""
    audit.record(
        session,
        actor,
        "refund.requested",
        entity=("refund", refund.id),
        after={
            "status": refund.status,
            "amount_kopecks": refund.amount_kopecks.kopecks,
            "reason": refund.reason,
            "payment_id": str(refund.payment_id),
        },
        now=now,
    )


def record_decision(
    session: Session, refund: Refund, action: str, *, actor: Actor = SYSTEM, now: datetime
) -> None:
    """A person's decision, before what follows from it changes the state; or that it was carried out."""
    audit.record(
        session,
        actor,
        action,
        entity=("refund", refund.id),
        after={"status": refund.status, "amount_kopecks": refund.amount_kopecks.kopecks},
        now=now,
    )


def move(
    session: Session,
    refund: Refund,
    to: RefundStatus,
    *,
    actor: Actor = SYSTEM,
    reason: str | None = None,
    now: datetime,
) -> None:
    """Change the state of a locked refund: ``refund.{to}``.

    :param reason: a stable word, where there is one
    """
    before = refund.status
    if to not in TRANSITIONS[before]:
        raise AssertionError(f"a refund doesn't go from {before} to {to}")
    refund.status = to
    why = {} if reason is None else {"reason": reason}
    audit.record(
        session,
        actor,
        f"refund.{to}",
        entity=("refund", refund.id),
        before={"status": before},
        after={"status": to, "attempt": refund.attempt, **why},
        now=now,
    )
