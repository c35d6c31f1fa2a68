"""What the audit log says of a dispute; its words are not said."""

from datetime import datetime

from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import Actor
from shared.audit.tables import Facts
from shared.disputes.models import Dispute, DisputeStatus


def record(
    session: Session,
    dispute: Dispute,
    word: str,
    *,
    before: DisputeStatus | None,
    actor: Actor,
    now: datetime,
) -> None:
    """``dispute.{word}``, with the sums that are known by now."""
    after: Facts = {"status": dispute.status, "side": dispute.side, "deal_id": str(dispute.deal_id)}
    for name in ("amount_kopecks", "to_executor_kopecks", "to_client_kopecks"):
        amount = getattr(dispute, name)
        if amount is not None:
            after = {**after, name: amount.kopecks}
    audit.record(
        session,
        actor,
        f"dispute.{word}",
        entity=("dispute", dispute.id),
        before=None if before is None else {"status": before},
        after=after,
        now=now,
    )
