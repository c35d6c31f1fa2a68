"""Finding deals and what belongs to them. Somebody else's deal doesn't exist."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import exists, false, select, true
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from shared.access.rights import Reach
from shared.deals.errors import DealChanged, DealNotFound, IfMatchNeeded, NoAdvance, StepNotFound
from shared.deals.models import Deal, DealParty, DealTerms, PartyRole, PaymentStep
from shared.vault import service as vault


class Viewer(NamedTuple):
    """Who looks, how far the operation lets him reach, and for which organization he acts."""

    user_id: UUID
    reach: Reach
    organization_id: UUID | None


class PartyContacts(NamedTuple):
    name: str
    phone: str | None
    email: str | None


def seen_by(viewer: Viewer) -> ColumnElement[bool]:
    """The condition that a deal is within the viewer's reach (``shared.access.rights``)."""
    match viewer.reach:
        case Reach.ANY:
            return true()
        case Reach.OWN:
            return Deal.agent_id == viewer.user_id
        case Reach.AGENCY if viewer.organization_id is not None:
            return Deal.executor_organization_id == viewer.organization_id
        case Reach.PARTY:
            return exists().where(DealParty.deal_id == Deal.id, DealParty.user_id == viewer.user_id)
    return false()


def visible_deal(session: Session, deal_id: UUID, viewer: Viewer) -> Deal:
    """:raises DealNotFound: also for somebody else's deal"""
    deal = session.scalars(select(Deal).where(Deal.id == deal_id, seen_by(viewer))).one_or_none()
    if deal is None:
        raise DealNotFound
    return deal


def deal_for_update(session: Session, deal_id: UUID) -> Deal:
    """Lock a deal. Locks go deal, then step, then intent or payout.

    :raises DealNotFound: no such deal
    """
    deal = session.get(Deal, deal_id, with_for_update=True, populate_existing=True)
    if deal is None:
        raise DealNotFound
    return deal


def advance_for_update(session: Session, deal_id: UUID) -> PaymentStep:
    """:raises NoAdvance: the terms have none"""
    step_no = session.scalars(
        select(PaymentStep.step_no).where(
            PaymentStep.deal_id == deal_id, PaymentStep.is_advance, PaymentStep.part_of.is_(None)
        )
    ).one_or_none()
    if step_no is None:
        raise NoAdvance
    return step_for_update(session, deal_id=deal_id, step_no=step_no)


def step_for_update(session: Session, *, deal_id: UUID, step_no: int) -> PaymentStep:
    """:raises StepNotFound: the plan has no such step"""
    step = session.scalars(
        select(PaymentStep)
        .where(PaymentStep.deal_id == deal_id, PaymentStep.step_no == step_no)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if step is None:
        raise StepNotFound(step_no)
    return step


def current_terms(session: Session, deal_id: UUID) -> DealTerms:
    """The newest version of the terms."""
    return session.scalars(
        select(DealTerms).where(DealTerms.deal_id == deal_id).order_by(DealTerms.version.desc()).limit(1)
    ).one()


def frozen_terms(session: Session, deal_id: UUID) -> DealTerms:
    """The version that was submitted (and, once all have signed, the signed one)."""
    return session.scalars(
        select(DealTerms)
        .where(DealTerms.deal_id == deal_id, DealTerms.sha256.is_not(None))
        .order_by(DealTerms.version.desc())
        .limit(1)
    ).one()


def agreed_plan(session: Session, deal_id: UUID) -> list[PaymentStep]:
    """The plan as the terms have it: a step that is paid in parts is there whole, its parts are not."""
    return [step for step in plan_of(session, deal_id) if step.part_of is None]


def plan_of(session: Session, deal_id: UUID) -> list[PaymentStep]:
    """Every step with its parts; whoever adds up leaves out what is ``parted``."""
    return list(
        session.scalars(
            select(PaymentStep).where(PaymentStep.deal_id == deal_id).order_by(PaymentStep.step_no)
        )
    )


def with_parts(plan: Sequence[PaymentStep], step_id: UUID) -> list[PaymentStep]:
    """A step, its parts, and theirs: whoever has the step's rule.

    :param plan: in the steps' order: a part comes after what it is a part of
    """
    found: list[PaymentStep] = []
    for step in plan:
        if step.id == step_id or step.part_of in {each.step_no for each in found}:
            found.append(step)
    return found


def parties_of(session: Session, deal_id: UUID) -> list[DealParty]:
    return list(
        session.scalars(
            select(DealParty).where(DealParty.deal_id == deal_id).order_by(DealParty.signing_order)
        )
    )


def client_party(session: Session, deal_id: UUID) -> DealParty:
    return session.scalars(
        select(DealParty).where(DealParty.deal_id == deal_id, DealParty.role == PartyRole.CLIENT)
    ).one()


def party_sealer(session: Session, party: DealParty) -> vault.Sealer:
    return vault.Sealer(vault.key_of(session, party.id), table=DealParty.__tablename__, row=party.id)


def party_contacts(session: Session, party: DealParty) -> PartyContacts:
    sealer = party_sealer(session, party)
    return PartyContacts(
        sealer.open("name", party.name),
        sealer.open_optional("phone", party.phone),
        sealer.open_optional("email", party.email),
    )


def address_of(session: Session, deal: Deal) -> str:
    sealer = vault.Sealer(vault.key_of(session, deal.id), table=Deal.__tablename__, row=deal.id)
    return sealer.open("address", deal.address)


def require_revision(deal: Deal, seen: int | None) -> None:
    """:raises IfMatchNeeded, DealChanged: he didn't say which one he saw, or it is no longer that"""
    if seen is None:
        raise IfMatchNeeded
    if deal.revision != seen:
        raise DealChanged
