"""Who belongs to an organization and who is invited, as its admins and the staff see it."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Subquery, func, literal, select, union_all
from sqlalchemy.orm import Session

from shared.organizations import service as organizations
from shared.organizations.invitation_models import Invitation, InvitationStatus
from shared.organizations.invitation_reading import masked_address
from shared.organizations.member_errors import MemberNotFound
from shared.organizations.models import BasisKind, MemberRole, OrganizationMember
from shared.organizations.terms import Terms
from shared.users import service as users
from shared.users.models import UserProfile
from shared.vault import service as vault


class Standing(StrEnum):
    ACTIVE = "active"
    INVITED = "invited"


class RoleLine(NamedTuple):
    """One role; what is an agent's or a signer's alone is None for others. ``checked_at``: by an operator."""

    member_role: MemberRole
    share_bps: int | None = None
    position: str | None = None
    basis: str | None = None
    basis_kind: BasisKind | None = None
    basis_valid_until: date | None = None
    checked_at: datetime | None = None


class MemberLine(NamedTuple):
    """A person with his roles, or an invitation with the role it offers; ``address`` is masked."""

    standing: Standing
    user_id: UUID | None
    invitation_id: UUID | None
    full_name: str | None
    address: str | None
    roles: list[RoleLine]
    since: datetime


def page_of(
    session: Session, organization_id: UUID, *, offset: int, limit: int, now: datetime
) -> tuple[list[MemberLine], int]:
    """Members first, longest-standing first, then those who are invited; and how many there are.

    :raises OrganizationNotFound: no such organization
    """
    organizations.organization(session, organization_id)
    everybody = _everybody(organization_id, now)
    rows = session.execute(
        select(everybody.c.standing, everybody.c.id)
        .order_by(everybody.c.standing, everybody.c.since, everybody.c.id)
        .offset(offset)
        .limit(limit)
    ).all()
    count = session.scalar(select(func.count()).select_from(everybody)) or 0
    lines = {
        **_members(session, organization_id, [each.id for each in rows if each.standing == Standing.ACTIVE]),
        **_invited(session, [each.id for each in rows if each.standing == Standing.INVITED]),
    }
    return [lines[each.id] for each in rows], count


def member(session: Session, organization_id: UUID, user_id: UUID) -> MemberLine:
    """:raises MemberNotFound: he doesn't belong to it"""
    found = _members(session, organization_id, [user_id])
    if user_id not in found:
        raise MemberNotFound
    return found[user_id]


def _everybody(organization_id: UUID, now: datetime) -> Subquery:
    members = (
        organizations.live_members(organization_id)
        .with_only_columns(
            literal(Standing.ACTIVE.value).label("standing"),
            OrganizationMember.user_id.label("id"),
            func.min(OrganizationMember.created_at).label("since"),
        )
        .group_by(OrganizationMember.user_id)
    )
    invited = select(literal(Standing.INVITED.value), Invitation.id, Invitation.created_at).where(
        Invitation.organization_id == organization_id,
        Invitation.status == InvitationStatus.PENDING,
        Invitation.expires_at > now,
    )
    return union_all(members, invited).subquery()


def _members(session: Session, organization_id: UUID, user_ids: list[UUID]) -> dict[UUID, MemberLine]:
    roles: dict[UUID, list[OrganizationMember]] = {}
    for row in session.scalars(
        organizations.live_members(organization_id)
        .where(OrganizationMember.user_id.in_(user_ids))
        .order_by(OrganizationMember.created_at, OrganizationMember.id)
    ):
        roles.setdefault(row.user_id, []).append(row)
    names = _names(session, user_ids)
    return {
        user_id: MemberLine(
            Standing.ACTIVE,
            user_id,
            None,
            names.get(user_id),
            None,
            [_role(row) for row in rows],
            rows[0].created_at,
        )
        for user_id, rows in roles.items()
    }


def _names(session: Session, user_ids: list[UUID]) -> dict[UUID, str | None]:
    """Opened with each person's key; None for one whose data was erased."""
    profiles: Sequence[UserProfile] = session.scalars(
        select(UserProfile).where(UserProfile.user_id.in_(user_ids))
    ).all()
    keys = vault.keys_of(session, user_ids)
    readable = {key.owner_id for key in keys if key.wrapped_key is not None}
    return {
        profile.user_id: users.opened_profile(session, profile).full_name
        for profile in profiles
        if profile.user_id in readable
    }


def _invited(session: Session, invitation_ids: list[UUID]) -> dict[UUID, MemberLine]:
    rows = session.scalars(select(Invitation).where(Invitation.id.in_(invitation_ids))).all()
    _held = vault.keys_of(session, invitation_ids)
    return {
        row.id: MemberLine(
            Standing.INVITED,
            None,
            row.id,
            None,
            masked_address(session, row),
            [_offered(row)],
            row.created_at,
        )
        for row in rows
    }


def _role(row: OrganizationMember) -> RoleLine:
    return RoleLine(
        row.member_role,
        row.share_bps,
        row.position,
        row.basis,
        row.basis_kind,
        row.basis_valid_until,
        row.checked_at,
    )


def _offered(invitation: Invitation) -> RoleLine:
    terms = Terms.restored(invitation.terms)
    held = terms.authority
    if held is None:
        return RoleLine(invitation.member_role, terms.share_bps)
    return RoleLine(
        invitation.member_role, terms.share_bps, held.position, held.basis, held.kind, held.valid_until
    )
