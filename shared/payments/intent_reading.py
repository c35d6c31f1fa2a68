"""Payment links as endpoints answer with them: what they are, and what happened to them."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.audit.models import AuditLog
from shared.deals import service as deals
from shared.deals.models import Deal, PaymentStep
from shared.deals.service import Viewer, seen_by
from shared.payments.errors import IntentNotFound
from shared.payments.models import PaymentIntent

_ENTITY: Final = "payment_intent"
_ACTION: Final = "intent."


class Moment(NamedTuple):
    """One line of a link's history, out of the audit log.

    :ivar event: a status, or ``unknown`` (the bank's answer was lost), ``cancel_asked``
    :ivar reason: the provider's or our own stable word
    """

    at: datetime
    event: str
    reason: str | None


class IntentFacts(NamedTuple):
    intent: PaymentIntent
    step_no: int
    timeline: Sequence[Moment]


def intent_of(session: Session, intent_id: UUID, viewer: Viewer) -> IntentFacts:
    """:raises IntentNotFound: also for an intent of somebody else's deal"""
    visible(session, intent_id, viewer)
    return facts_of(session, intent_id)


def visible(session: Session, intent_id: UUID, viewer: Viewer) -> PaymentIntent:
    """:raises IntentNotFound: also for an intent of somebody else's deal"""
    intent = session.scalars(
        select(PaymentIntent)
        .join(Deal, Deal.id == PaymentIntent.deal_id)
        .where(PaymentIntent.id == intent_id, seen_by(viewer))
    ).one_or_none()
    if intent is None:
        raise IntentNotFound
    return intent


def facts_of(session: Session, intent_id: UUID) -> IntentFacts:
    """:raises IntentNotFound: no such intent"""
    row = session.execute(
        select(PaymentIntent, PaymentStep.step_no)
        .join(PaymentStep, PaymentStep.id == PaymentIntent.schedule_id)
        .where(PaymentIntent.id == intent_id)
    ).one_or_none()
    if row is None:
        raise IntentNotFound
    return IntentFacts(row[0], row[1], _timelines(session, [intent_id])[intent_id])


def intents_of_deal(
    session: Session, deal_id: UUID, viewer: Viewer, *, offset: int, size: int
) -> tuple[list[IntentFacts], int]:
    """Newest first, and how many there are.

    :raises DealNotFound: also for somebody else's deal
    """
    deals.visible_deal(session, deal_id, viewer)
    found = PaymentIntent.deal_id == deal_id
    total = session.scalar(select(func.count()).select_from(PaymentIntent).where(found)) or 0
    rows = session.execute(
        select(PaymentIntent, PaymentStep.step_no)
        .join(PaymentStep, PaymentStep.id == PaymentIntent.schedule_id)
        .where(found)
        .order_by(PaymentIntent.id.desc())
        .offset(offset)
        .limit(size)
    ).all()
    timelines = _timelines(session, [row[0].id for row in rows])
    return [IntentFacts(row[0], row[1], timelines[row[0].id]) for row in rows], total


def _timelines(session: Session, intent_ids: Sequence[UUID]) -> dict[UUID, list[Moment]]:
    lines = session.execute(
        select(AuditLog.entity_id, AuditLog.recorded_at, AuditLog.action, AuditLog.after)
        .where(AuditLog.entity_kind == _ENTITY, AuditLog.entity_id.in_(intent_ids))
        .order_by(AuditLog.id)
    )
    found: dict[UUID, list[Moment]] = defaultdict(list)
    for entity_id, at, action, after in lines:
        reason = (after or {}).get("reason")
        found[entity_id].append(
            Moment(at, action.removeprefix(_ACTION), None if reason is None else str(reason))
        )
    return found
