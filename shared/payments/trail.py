"""What the audit log says of an intent's states."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import Actor
from shared.payments.models import IntentStatus


def record_change(
    session: Session,
    intent_id: UUID,
    *,
    before: IntentStatus | None,
    after: IntentStatus,
    actor: Actor,
    now: datetime,
    **facts: str | int,
) -> None:
    """``intent.{after}``; ``before`` is None for a new one."""
    audit.record(
        session,
        actor,
        f"intent.{after}",
        entity=("payment_intent", intent_id),
        before=None if before is None else {"status": before},
        after={"status": after, **facts},
        now=now,
    )
