"""Who belongs to an organization: joining, changing and removing. What was stays: a membership is ended, never deleted.

Whoever changes memberships locks the organization's row, so that of two who remove the last two admins at once one
is refused.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import Actor
from shared.organizations import service as organizations
from shared.organizations import subcontracts
from shared.organizations.errors import OrganizationClosed
from shared.organizations.member_errors import (
    ContractorIsNoStaff,
    LastAdmin,
    MemberExists,
    MemberNeedsRole,
    MemberNotFound,
    MemberUnderContract,
    NotASigner,
    RoleNotHeld,
)
from shared.organizations.member_views import MemberLine, member
from shared.organizations.models import MemberRole, OrganizationMember, OrganizationStatus
from shared.organizations.terms import NO_TERMS, Authority, Terms
from shared.users.errors import NothingToChange
from shared.users.models import User, UserStatus

#: nobody works in these roles and under a service contract at once
STAFF: Final = frozenset({MemberRole.ADMIN, MemberRole.ACCOUNTANT, MemberRole.SIGNER})
_OPEN: Final = frozenset({OrganizationStatus.PENDING, OrganizationStatus.ACTIVE})


class Changes(NamedTuple):
    """What to change of a member.

    ``share`` holds the agent's new share in bps, or None for the organization's own; ``()`` leaves it.
    ``authority``: a signer's new position and basis.
    """

    add: frozenset[MemberRole] = frozenset()
    remove: frozenset[MemberRole] = frozenset()
    share: tuple[int | None] | tuple[()] = ()
    authority: Authority | None = None


def join(
    session: Session,
    *,
    organization_id: UUID,
    user_id: UUID,
    member_role: MemberRole,
    terms: Terms = NO_TERMS,
    actor: Actor,
    now: datetime,
) -> OrganizationMember:
    """Give the person a role; a signer signs once an operator has checked his basis.

    :raises OrganizationClosed: it is blocked or rejected
    :raises MemberExists: he has that role
    :raises ContractorIsNoStaff: he works under a service contract
    """
    organization = organizations.organization(session, organization_id, lock=True)
    if organization.status not in _OPEN:
        raise OrganizationClosed
    if organizations.is_member(session, organization_id, user_id, member_role=member_role):
        raise MemberExists
    if member_role in STAFF and subcontracts.is_open(session, organization_id, user_id):
        raise ContractorIsNoStaff
    joining = OrganizationMember(
        organization_id=organization_id,
        user_id=user_id,
        member_role=member_role,
        share_bps=terms.share_bps if member_role is MemberRole.AGENT else None,
        created_at=now,
    )
    if member_role is MemberRole.SIGNER:
        if terms.authority is None:
            raise TypeError("a signer has a position and a basis")
        terms.authority.write(joining)
    organizations.admit(session, joining, actor, now)
    return joining


def appoint_signer(
    session: Session,
    *,
    organization_id: UUID,
    user_id: UUID,
    authority: Authority,
    actor: Actor,
    now: datetime,
) -> MemberLine:
    """Let a member sign for the organization once an operator has checked his basis.

    :raises MemberNotFound: only a member may be appointed; others are invited
    The refusals of ``join`` pass through.
    """
    if not organizations.is_member(session, organization_id, user_id):
        raise MemberNotFound
    join(
        session,
        organization_id=organization_id,
        user_id=user_id,
        member_role=MemberRole.SIGNER,
        terms=Terms(authority=authority),
        actor=actor,
        now=now,
    )
    return member(session, organization_id, user_id)


def change(
    session: Session,
    *,
    organization_id: UUID,
    user_id: UUID,
    changes: Changes,
    actor: Actor,
    now: datetime,
) -> MemberLine:
    """Change a member's roles, share or basis; a signer whose basis changes is unchecked again.

    :raises NothingToChange: no change is named
    :raises MemberNotFound: he doesn't belong to it
    :raises RoleNotHeld, MemberNeedsRole, NotASigner: as they say
    :raises LastAdmin: nobody else runs it
    :raises MemberUnderContract: his service contract makes him its agent
    The refusals of ``join`` pass through.
    """
    if changes == Changes():
        raise NothingToChange
    held = _locked(session, organization_id, user_id)
    if changes.remove - held.keys():
        raise RoleNotHeld
    if not (held.keys() | changes.add) - changes.remove:
        raise MemberNeedsRole
    for role in sorted(changes.add):
        join(
            session,
            organization_id=organization_id,
            user_id=user_id,
            member_role=role,
            actor=actor,
            now=now,
        )
    for role in sorted(changes.remove):
        _end(session, held.pop(role), actor, now)
    if changes.share:
        _set_share(session, organization_id, user_id, changes.share[0], actor, now)
    if changes.authority is not None:
        _set_authority(session, held.get(MemberRole.SIGNER), changes.authority, actor, now)
    return member(session, organization_id, user_id)


def remove(session: Session, *, organization_id: UUID, user_id: UUID, actor: Actor, now: datetime) -> None:
    """End all that the person is in the organization; his sessions for it end with it, his deals keep their agent.

    :raises MemberNotFound: he doesn't belong to it
    :raises LastAdmin: nobody else runs it
    :raises MemberUnderContract: his service contract must be ended first, since money is owed by it
    """
    for held in _locked(session, organization_id, user_id).values():
        _end(session, held, actor, now)


def _locked(session: Session, organization_id: UUID, user_id: UUID) -> dict[MemberRole, OrganizationMember]:
    """What the person is in the organization, whose row is locked first."""
    organizations.organization(session, organization_id, lock=True)
    rows: Sequence[OrganizationMember] = session.scalars(
        organizations.live_members(organization_id)
        .where(OrganizationMember.user_id == user_id)
        .execution_options(populate_existing=True)
    ).all()
    if not rows:
        raise MemberNotFound
    return {row.member_role: row for row in rows}


def _end(session: Session, held: OrganizationMember, actor: Actor, now: datetime) -> None:
    if held.member_role is MemberRole.ADMIN and not _has_other_admin(session, held):
        raise LastAdmin
    if (
        held.member_role is MemberRole.AGENT
        and subcontracts.live(session, held.organization_id, held.user_id) is not None
    ):
        raise MemberUnderContract
    held.removed_at = now
    session.flush()
    audit.record(
        session,
        actor,
        "organization.member_removed",
        entity=("organization", held.organization_id),
        before={"member_id": str(held.user_id), "member_role": held.member_role},
        now=now,
    )


def _has_other_admin(session: Session, held: OrganizationMember) -> bool:
    """Somebody who can sign in: a blocked admin runs nothing."""
    other = (
        organizations.live_members(held.organization_id)
        .join(User, User.id == OrganizationMember.user_id)
        .where(
            OrganizationMember.member_role == MemberRole.ADMIN,
            OrganizationMember.user_id != held.user_id,
            User.status == UserStatus.ACTIVE,
        )
    )
    return bool(session.scalar(select(exists(other))))


def _set_share(
    session: Session,
    organization_id: UUID,
    user_id: UUID,
    share_bps: int | None,
    actor: Actor,
    now: datetime,
) -> None:
    agent = _locked(session, organization_id, user_id).get(MemberRole.AGENT)
    if agent is None:
        raise RoleNotHeld
    before, agent.share_bps = agent.share_bps, share_bps
    session.flush()
    audit.record(
        session,
        actor,
        "organization.member_share_changed",
        entity=("organization", organization_id),
        before={"member_id": str(user_id), "share_bps": before},
        after={"member_id": str(user_id), "share_bps": share_bps},
        now=now,
    )


def _set_authority(
    session: Session,
    signer: OrganizationMember | None,
    authority: Authority,
    actor: Actor,
    now: datetime,
) -> None:
    if signer is None:
        raise NotASigner
    was_checked = signer.checked_at is not None
    authority.write(signer)
    session.flush()
    audit.record(
        session,
        actor,
        "organization.signer_changed",
        entity=("organization", signer.organization_id),
        before={"member_id": str(signer.user_id), "checked": was_checked},
        after={"member_id": str(signer.user_id), "checked": False, "basis_kind": authority.kind},
        now=now,
    )
