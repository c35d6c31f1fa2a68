"""What the audit log says of a payout's states."""

from datetime import datetime

from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import SYSTEM
from shared.payouts.models import Payout, PayoutStatus


def record_change(
    session: Session,
    payout: Payout,
    word: str,
    *,
    before: PayoutStatus,
    reason: str | None = None,
    now: datetime,
) -> None:
    """``payout.{word}``: from ``before`` to the state it has by now, in which attempt and, where there is one, why."""
    why = {} if reason is None else {"reason": reason}
    audit.record(
        session,
        SYSTEM,
        f"payout.{word}",
        entity=("payout", payout.id),
        before={"status": before},
        after={"status": payout.status, "attempt": payout.attempt, **why},
        now=now,
    )
