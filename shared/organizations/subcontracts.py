"""Service subcontracts: how a self-employed agent works for an agency without being its employee."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import SYSTEM, Actor
from shared.organizations import service as organizations
from shared.organizations.errors import (
    AgentIsStaff,
    AgentNotFound,
    AgentNotSelfEmployed,
    ShareNeeded,
    SubcontractExists,
    SubcontractNotFound,
    SubcontractNotSigned,
)
from shared.organizations.models import MemberRole, OrganizationMember, ServiceSubcontract, SubcontractStatus
from shared.users import service as users
from shared.users.models import TaxStatus

_STAFF: Final = frozenset({MemberRole.ADMIN, MemberRole.ACCOUNTANT, MemberRole.SIGNER})


def open_subcontract(
    session: Session,
    *,
    organization_id: UUID,
    agent_phone: str,
    share_bps: int | None = None,
    actor: Actor = SYSTEM,
    now: datetime,
) -> ServiceSubcontract:
    """A contract that awaits both signatures.

    :param agent_phone: E.164, verified by the agent
    :param share_bps: of the price less VAT and the platform's fee, 1 … 9 999; None takes ``offered_share``
    :raises ShareNeeded: neither the offer, nor his membership, nor the organization names one
    :raises AgentNotFound: nobody verified that phone
    :raises AgentNotSelfEmployed: his profile lacks НПД, ИНН or name
    :raises AgentIsStaff: he runs the agency, or signs for it
    :raises SubcontractExists: a contract with him lives
    """
    agent = users.find_by_phone(session, agent_phone)
    if agent is None:
        raise AgentNotFound
    profile = users.profile_of(session, agent.id)
    if profile.tax_status is not TaxStatus.SELF_EMPLOYED or profile.inn is None or profile.full_name is None:
        raise AgentNotSelfEmployed
    if any(organizations.is_member(session, organization_id, agent.id, member_role=each) for each in _STAFF):
        raise AgentIsStaff
    if _find(session, organization_id, agent.id) is not None:
        raise SubcontractExists
    share = share_bps or offered_share(session, organization_id, agent.id)
    if share is None:
        raise ShareNeeded
    subcontract = ServiceSubcontract(
        organization_id=organization_id,
        agent_id=agent.id,
        share_bps=share,
        status=SubcontractStatus.AWAITING_SIGNATURES,
        created_at=now,
    )
    session.add(subcontract)
    session.flush()
    _audit(session, subcontract, "subcontract.opened", actor, now)
    return subcontract


def live(session: Session, organization_id: UUID, agent_id: UUID) -> ServiceSubcontract | None:
    """The contract that both have signed and nobody ended."""
    found = _find(session, organization_id, agent_id)
    return found if found is not None and found.status is SubcontractStatus.SIGNED else None


def is_open(session: Session, organization_id: UUID, agent_id: UUID) -> bool:
    """Whether a contract with the agent binds or awaits its signatures."""
    return _find(session, organization_id, agent_id) is not None


def mark_signed(session: Session, subcontract_id: UUID, now: datetime) -> ServiceSubcontract:
    """Both have signed: the contract binds, and the agent joins the agency as its agent. Safe to repeat.

    :raises SubcontractNotFound: no such contract
    """
    subcontract = session.get(ServiceSubcontract, subcontract_id, with_for_update=True)
    if subcontract is None:
        raise SubcontractNotFound
    if subcontract.status is not SubcontractStatus.AWAITING_SIGNATURES:
        return subcontract
    subcontract.status = SubcontractStatus.SIGNED
    subcontract.signed_at = now
    _audit(session, subcontract, "subcontract.signed", SYSTEM, now)
    ids = subcontract.organization_id, subcontract.agent_id
    if not organizations.is_member(session, *ids, member_role=MemberRole.AGENT):
        organizations.add_member(session, *ids, MemberRole.AGENT, actor=SYSTEM, now=now)
    return subcontract


def end(
    session: Session, *, organization_id: UUID, subcontract_id: UUID, actor: Actor, now: datetime
) -> ServiceSubcontract:
    """The agency takes no more services under the contract; what was earned by it is paid all the same.

    Deals that name it go on by the split that was signed; new ones can't be opened. The agent's membership stays
    until he is removed.

    :raises SubcontractNotFound: also another agency's
    :raises SubcontractNotSigned: there is nothing to end
    """
    subcontract = session.get(
        ServiceSubcontract, subcontract_id, with_for_update=True, populate_existing=True
    )
    if subcontract is None or subcontract.organization_id != organization_id:
        raise SubcontractNotFound
    if subcontract.status is not SubcontractStatus.SIGNED:
        raise SubcontractNotSigned
    subcontract.status = SubcontractStatus.ENDED
    subcontract.ended_at = now
    session.flush()
    _audit(session, subcontract, "subcontract.ended", actor, now)
    return subcontract


def offered_share(session: Session, organization_id: UUID, agent_id: UUID) -> int | None:
    """The share that an offer takes where it names none: the member's own, else the organization's, bps."""
    own = session.scalar(
        organizations.live_members(organization_id)
        .where(OrganizationMember.user_id == agent_id, OrganizationMember.member_role == MemberRole.AGENT)
        .with_only_columns(OrganizationMember.share_bps)
    )
    return own or organizations.organization(session, organization_id).agent_share_bps


def _find(session: Session, organization_id: UUID, agent_id: UUID) -> ServiceSubcontract | None:
    return session.scalars(
        select(ServiceSubcontract).where(
            ServiceSubcontract.organization_id == organization_id,
            ServiceSubcontract.agent_id == agent_id,
            ServiceSubcontract.status != SubcontractStatus.ENDED,
        )
    ).one_or_none()


def _audit(
    session: Session, subcontract: ServiceSubcontract, action: str, actor: Actor, now: datetime
) -> None:
    audit.record(
        session,
        actor,
        action,
        entity=("subcontract", subcontract.id),
        after={
            "organization_id": str(subcontract.organization_id),
            "status": subcontract.status,
            "share_bps": subcontract.share_bps,
        },
        now=now,
    )
