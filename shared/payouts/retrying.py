"""A payout that failed or came back is paid again: an operator's decision, and a new attempt for the provider."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Exists, exists, select
from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import SYSTEM
from shared.payouts.errors import PayoutContradicted, PayoutNotFailed, PayoutNotFound
from shared.payouts.models import Payout, PayoutStatus
from shared.payouts.outcomes import CONTRADICTED
from shared.tasks.tables import TaskStatus, operator_tasks


def retry(session: Session, *, payout_id: UUID, reason: str, now: datetime) -> Payout:
    """Plan a failed payout anew: every gate is passed again, the account and the key are chosen again.

    Its money went back to its owner's account in the books when it failed.

    :param reason: the operator's, a stable word
    :raises PayoutNotFound: there is none
    :raises PayoutNotFailed: it is on its way, arrived, or planned already
    :raises PayoutContradicted: an open task says that the provider sees it otherwise
    """
    payout = session.get(Payout, payout_id, with_for_update=True, populate_existing=True)
    if payout is None:
        raise PayoutNotFound
    if payout.status is not PayoutStatus.FAILED:
        raise PayoutNotFailed(payout_id, payout.status)
    if session.scalar(select(_contradicted(payout_id))):
        raise PayoutContradicted(payout_id)
    failed_with = payout.failure_reason
    payout.status = PayoutStatus.PLANNED
    payout.attempt += 1
    payout.account_id = None
    payout.provider = payout.provider_key = payout.provider_payout_id = None
    payout.reserved_at = payout.unknown_since = payout.final_at = None
    payout.failure_reason = payout.hold_reason = None
    payout.next_at = now
    audit.record(
        session,
        SYSTEM,
        "payout.retried",
        entity=("payout", payout_id),
        before={"status": PayoutStatus.FAILED, "failure_reason": failed_with},
        after={"status": payout.status, "reason": reason, "attempt": payout.attempt},
        now=now,
    )
    return payout


def _contradicted(payout_id: UUID) -> Exists:
    return exists().where(
        operator_tasks.c.kind == CONTRADICTED,
        operator_tasks.c.entity_id == payout_id,
        operator_tasks.c.status == TaskStatus.OPEN,
    )
