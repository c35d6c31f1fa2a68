"""A payment link ends without money, at the provider's word or our own."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from shared.audit.service import SYSTEM
from shared.deals import moving
from shared.deals import service as deals
from shared.deals.models import DealStatus
from shared.payments.models import OPEN, IntentStatus, PaymentIntent
from shared.payments.trail import record_change


def close(
    session: Session,
    intent_id: UUID,
    status: IntentStatus,
    reason: str,
    *,
    watch_from: datetime | None = None,
    now: datetime,
) -> PaymentIntent:
    """End an open intent without money; the deal waits for payment only while an open intent is left.

    :param status: ``failed``, ``expired`` or ``cancelled``
    :param reason: the provider's or our own stable word
    :param watch_from: when the poller goes on to ask, since at the provider it isn't ended; None: it is
    """
    deal_id = session.scalars(select(PaymentIntent.deal_id).where(PaymentIntent.id == intent_id)).one()
    deal = deals.deal_for_update(session, deal_id)
    intent = locked_intent(session, intent_id)
    if intent.status not in OPEN:
        if watch_from is None:
            intent.next_poll_at = None
        return intent
    before, intent.status = intent.status, status
    intent.next_poll_at = watch_from
    session.flush()
    if deal.status is DealStatus.PAYMENT_PENDING and not _has_open(session, deal_id):
        moving.move(session, deal, DealStatus.SIGNED, actor=SYSTEM, now=now)
    record_change(session, intent_id, before=before, after=status, actor=SYSTEM, now=now, reason=reason)
    return intent


def close_others(
    session: Session,
    reason: str,
    *,
    deal_id: UUID,
    step_id: UUID | None = None,
    but: UUID | None = None,
    now: datetime,
) -> None:
    """Nobody is to pay by a deal's open links any more, or by those of one step; the poller takes them back.

    The deal is locked.
    """
    still_open = select(PaymentIntent.id).where(
        PaymentIntent.deal_id == deal_id,
        PaymentIntent.status.in_(OPEN),
        PaymentIntent.id.is_distinct_from(but),
    )
    if step_id is not None:
        still_open = still_open.where(PaymentIntent.schedule_id == step_id)
    for intent_id in session.scalars(still_open.order_by(PaymentIntent.id)).all():
        close(session, intent_id, IntentStatus.CANCELLED, reason, watch_from=now, now=now)


def locked_intent(session: Session, intent_id: UUID) -> PaymentIntent:
    """Its deal, if it is locked too, was locked before."""
    return session.get_one(PaymentIntent, intent_id, with_for_update=True, populate_existing=True)


def _has_open(session: Session, deal_id: UUID) -> bool:
    return bool(
        session.scalar(
            select(exists().where(PaymentIntent.deal_id == deal_id, PaymentIntent.status.in_(OPEN)))
        )
    )
