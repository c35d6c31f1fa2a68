"""A deal as endpoints answer with it."""

from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from shared.deals import service
from shared.deals.models import Deal, DealParty, DealStatus, DealTerms, DealType, PaymentStep
from shared.deals.service import Viewer
from shared.kernel.clock import moscow_midnight
from shared.kernel.money import Money


class StepFacts(NamedTuple):
    step_no: int
    amount: Money
    trigger: str
    release_rule: str
    due_on: date | None
    milestone: str | None
    status: str
    paid_at: datetime | None
    accepted_at: datetime | None
    release_due_at: datetime | None
    released_at: datetime | None
    is_advance: bool
    part_of: int | None


class PartyFacts(NamedTuple):
    id: UUID
    role: str
    kind: str
    name: str
    phone: str | None
    email: str | None
    signed_up: bool


class DealFacts(NamedTuple):
    """Everything that a deal's own people may see; sums in kopecks, shares in bps."""

    deal: Deal
    address: str
    terms: DealTerms
    parties: list[PartyFacts]
    plan: list[StepFacts]


def facts_of(session: Session, deal: Deal) -> DealFacts:
    return DealFacts(
        deal,
        service.address_of(session, deal),
        service.current_terms(session, deal.id),
        [_party(session, party) for party in service.parties_of(session, deal.id)],
        [_step(step) for step in service.plan_of(session, deal.id)],
    )


def visible_facts(session: Session, deal_id: UUID, viewer: Viewer) -> DealFacts:
    """:raises DealNotFound: also for somebody else's deal"""
    return facts_of(session, service.visible_deal(session, deal_id, viewer))


class DealFilter(NamedTuple):
    """``text`` matches the deal's number; days are of the Moscow calendar, both included."""

    status: DealStatus | None = None
    type: DealType | None = None
    text: str | None = None
    created_from: date | None = None
    created_to: date | None = None


def list_deals(
    session: Session, viewer: Viewer, wanted: DealFilter, *, limit: int, offset: int
) -> tuple[list[Deal], int]:
    """The viewer's deals, newest first, and how many match."""
    conditions = [service.seen_by(viewer), *_conditions(wanted)]
    found = session.scalars(
        select(Deal).where(*conditions).order_by(Deal.created_at.desc(), Deal.id).limit(limit).offset(offset)
    ).all()
    total = session.scalar(select(func.count()).select_from(Deal).where(*conditions))
    return list(found), total or 0


def _conditions(wanted: DealFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.status is not None:
        conditions.append(Deal.status == wanted.status)
    if wanted.type is not None:
        conditions.append(Deal.type == wanted.type)
    if wanted.text is not None:
        conditions.append(Deal.number.contains(wanted.text, autoescape=True))
    if wanted.created_from is not None:
        conditions.append(Deal.created_at >= moscow_midnight(wanted.created_from))
    if wanted.created_to is not None:
        conditions.append(Deal.created_at < moscow_midnight(wanted.created_to + timedelta(days=1)))
    return conditions


def _party(session: Session, party: DealParty) -> PartyFacts:
    contacts = service.party_contacts(session, party)
    return PartyFacts(
        party.id,
        party.role,
        party.kind,
        contacts.name,
        contacts.phone,
        contacts.email,
        party.user_id is not None or party.organization_id is not None,
    )


def _step(step: PaymentStep) -> StepFacts:
    return StepFacts(
        step.step_no,
        step.amount_kopecks,
        step.trigger,
        step.release_rule,
        step.due_on,
        step.milestone,
        step.status,
        step.paid_at,
        step.accepted_at,
        step.release_due_at,
        step.released_at,
        step.is_advance,
        step.part_of,
    )
