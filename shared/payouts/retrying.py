"""A payout that failed or came back is paid again: an operator's decision, and a new attempt for the provider."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import SYSTEM
from shared.payouts.attempts import contradicted, plan_anew
from shared.payouts.errors import PayoutContradicted, PayoutNotFailed, PayoutNotFound
from shared.payouts.models import Payout, PayoutStatus


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
    if session.scalar(select(contradicted(payout_id))):
        raise PayoutContradicted(payout_id)
    failed_with = payout.failure_reason
    plan_anew(payout, now=now)
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
