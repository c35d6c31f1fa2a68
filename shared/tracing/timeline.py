"""A deal's story as its own people may see it: what happened and when, without who of the staff, and without owners' affairs.

It is read from the audit log, of which only chosen actions and facts are shown; none of them is personal.
"""

from datetime import datetime
from typing import Final, Literal, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select, tuple_
from sqlalchemy.orm import Session

from shared.audit.models import AuditLog
from shared.audit.tables import Facts
from shared.deals import service as deals
from shared.deals.models import Deal, PaymentStep
from shared.deals.service import Viewer
from shared.disputes.models import Dispute
from shared.documents.models import Document
from shared.payments.models import Payment
from shared.refunds.models import Refund

By = Literal["client", "executor", "service"]

#: entity → which of its actions the story tells
_TOLD: Final[dict[str, tuple[str, ...]]] = {
    "deal": (
        "deal.opened",
        "deal.awaiting_signatures",
        "deal.signed",
        "deal.payment_pending",
        "deal.in_progress",
        "deal.completed",
        "deal.dispute",
        "deal.cancelling",
        "deal.cancelled",
        "deal.closed",
        "milestone.asked",
        "milestone.accepted",
        "milestone.objected",
        "act.asked",
        "act.accepted",
        "act.objected",
    ),
    "document": (
        "document.created",
        "document.ready",
        "document.signed",
        "document.completed",
        "document.sealed",
        "document.voided",
    ),
    "payment_schedule": ("step.parted", "step.part_released", "step.released", "step.cancelled"),
    "payment": ("payment.recorded",),
    "refund": ("refund.accepted", "refund.succeeded", "refund.failed"),
    "dispute": ("dispute.opened", "dispute.decided", "dispute.withdrawn"),
}
_FACTS: Final = (
    "status",
    "step_no",
    "amount_kopecks",
    "reason",
    "kind",
    "side",
    "to_executor_kopecks",
    "to_client_kopecks",
)


class Event(NamedTuple):
    id: UUID
    at: datetime
    #: a stable word, "deal.signed"
    what: str
    by: By
    facts: Facts


def story_of(
    session: Session, deal_id: UUID, viewer: Viewer, *, after: tuple[datetime, UUID] | None, limit: int
) -> list[Event]:
    """At most ``limit`` events, newest first.

    :param after: moment and id of the event after which to go on
    :raises DealNotFound: also for somebody else's deal
    """
    deal = deals.visible_deal(session, deal_id, viewer)
    found = select(AuditLog).where(or_(*(_of(kind, ids) for kind, ids in _entities(deal_id).items())))
    if after is not None:
        found = found.where(tuple_(AuditLog.recorded_at, AuditLog.id) < after)
    ordered = found.order_by(AuditLog.recorded_at.desc(), AuditLog.id.desc()).limit(limit)
    client = deals.client_party(session, deal.id).user_id
    executors = _executors(session, deal, client)
    return [_event(line, client, executors) for line in session.scalars(ordered)]


def _entities(deal_id: UUID) -> dict[str, Select[UUID]]:
    return {
        "deal": select(Deal.id).where(Deal.id == deal_id),
        "document": select(Document.id).where(Document.deal_id == deal_id),
        "payment_schedule": select(PaymentStep.id).where(PaymentStep.deal_id == deal_id),
        "payment": select(Payment.id).where(Payment.deal_id == deal_id),
        "refund": select(Refund.id).where(Refund.deal_id == deal_id),
        "dispute": select(Dispute.id).where(Dispute.deal_id == deal_id),
    }


def _of(kind: str, ids: Select[UUID]) -> ColumnElement[bool]:
    return and_(AuditLog.entity_kind == kind, AuditLog.entity_id.in_(ids), AuditLog.action.in_(_TOLD[kind]))


def _executors(session: Session, deal: Deal, client: UUID | None) -> frozenset[UUID]:
    """The people of the executor's side that the deal itself names."""
    named = {party.user_id for party in deals.parties_of(session, deal.id)} | {deal.agent_id}
    return frozenset(each for each in named if each is not None and each != client)


def _event(line: AuditLog, client: UUID | None, executors: frozenset[UUID]) -> Event:
    by: By = "service"
    if line.actor_id is not None and line.actor_id == client:
        by = "client"
    elif line.actor_id in executors:
        by = "executor"
    after = line.after or {}
    facts: Facts = {name: after[name] for name in _FACTS if name in after}
    return Event(line.id, line.recorded_at, line.action, by, facts)
