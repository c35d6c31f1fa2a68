"""A refund whose answer was lost is sent again by its key while that lives; after that only a person sends it again.

Where the provider knows no keys, a second sending may be a second refund: the first may still be on its way while the
provider says that there is none (docs/decisions/tbank-refunds.md).
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from shared.audit.service import Actor
from shared.refunds import finding, outcomes, trail
from shared.refunds.errors import RefundMayBeMade, RefundNotFound
from shared.refunds.lifecycle import ON_THE_WAY
from shared.refunds.models import Refund, RefundStatus
from shared.tasks import service as tasks

#: the provider has to say for so long, unbroken, that there is no refund
UNMADE_FOR: Final = timedelta(hours=23)
#: and to say it still so long after the refund was sent
SENT_BEFORE: Final = timedelta(hours=24)
#: reason of the operator's task
MAY_BE_SENT: Final = "may_be_sent_again"


def may_send(session: Session, refund_id: UUID, *, key_life: timedelta | None, now: datetime) -> bool:
    """The provider has just said that there is no such refund: whether it is sent again now.

    It is unknown first: a refusal of the repeat tells nothing about the try before. A person's decision is good for one
    sending.

    :param key_life: for how long a repeat under the same key is the same refund; None where there are no keys
    """
    refund = finding.locked(session, refund_id).refund
    if refund.status not in ON_THE_WAY:
        return False
    outcomes.stay_unknown(session, refund, now=now)
    if refund.provider_refund_id is not None:
        outcomes.ask_about_unknown(session, refund, now=now)
        return False
    if key_life is not None and now - _sent_at(refund) < key_life:
        return True
    if refund.resend_decided_at is not None:
        refund.resend_decided_at = refund.unmade_since = None
        refund.sent_at = now
        refund.tries += 1
        trail.record_decision(session, refund, "refund.sent_again", now=now)
        return True
    refund.unmade_since = refund.unmade_since or now
    if _is_settled(refund, now):
        tasks.open_task(session, outcomes.UNKNOWN, entity=("refund", refund.id), reason=MAY_BE_SENT, now=now)
    else:
        outcomes.ask_about_unknown(session, refund, now=now)
    session.flush()
    return False


def note_moved(session: Session, refund_id: UUID, *, now: datetime) -> RefundStatus:
    """Something goes on at the provider that may be this refund: the time begins anew, a decision is void."""
    refund = finding.locked(session, refund_id).refund
    refund.unmade_since = refund.resend_decided_at = None
    return outcomes.note_unknown(session, refund_id, now=now)


def decide(session: Session, *, refund_id: UUID, actor: Actor, now: datetime) -> Refund:
    """A person answers for it that the bank didn't make the refund: the schedule asks once more, and sends it once.

    :raises RefundNotFound: there is none
    :raises RefundMayBeMade: it has an end, or its first sending may still become a refund
    """
    if session.get(Refund, refund_id) is None:
        raise RefundNotFound
    refund = finding.locked(session, refund_id).refund
    if refund.status is not RefundStatus.UNKNOWN or not _is_settled(refund, now):
        raise RefundMayBeMade
    if refund.resend_decided_at is None:
        refund.resend_decided_at = refund.next_at = now
        trail.record_decision(session, refund, "refund.resend_decided", actor=actor, now=now)
        tasks.close_tasks(session, refund_id, now=now)
    session.flush()
    return refund


def _is_settled(refund: Refund, now: datetime) -> bool:
    if refund.unmade_since is None or refund.provider_refund_id is not None:
        return False
    return now - refund.unmade_since >= UNMADE_FOR and now - _sent_at(refund) >= SENT_BEFORE


def _sent_at(refund: Refund) -> datetime:
    if refund.sent_at is None:
        raise AssertionError("what is on its way was sent")
    return refund.sent_at
