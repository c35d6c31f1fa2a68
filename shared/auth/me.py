"""What a signed-in person sees of himself, read in one statement; and what he changes there."""

from collections.abc import Set as AbstractSet
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, exists, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from shared.audit.service import Actor
from shared.kernel.roles import Role
from shared.organizations.models import MemberRole, Organization, OrganizationMember, OrganizationStatus
from shared.users import agreements, consents, profiles
from shared.users import service as users
from shared.users.consent_kinds import ConsentKind, required
from shared.users.consent_models import UserConsent
from shared.users.errors import UserNotFound
from shared.users.models import SignatureAgreement, User, UserProfile, UserStatus
from shared.users.profiles import Changes
from shared.users.service import Contacts, Profile
from shared.vault.models import PersonKey


class Membership(NamedTuple):
    organization_id: UUID
    short_name: str
    status: OrganizationStatus
    member_roles: list[MemberRole]

    @property
    def administers(self) -> bool:
        """He is the admin of an organization that an operator has approved."""
        return self.status is OrganizationStatus.ACTIVE and MemberRole.ADMIN in self.member_roles


class Standing(StrEnum):
    """Of an account behind one door."""

    INCOMPLETE = "incomplete"  # a consent that this door requires is missing
    PENDING = "pending"  # admin of agencies of which none is approved yet
    ACTIVE = "active"
    BLOCKED = "blocked"


class Me(NamedTuple):
    user: User
    contacts: Contacts
    profile: Profile
    organizations: list[Membership]
    consents: frozenset[ConsentKind]
    signature_agreement_accepted: bool

    def standing(self, role: Role) -> Standing:
        """What the person may do through the door of ``role``."""
        if self.user.status is UserStatus.BLOCKED:
            return Standing.BLOCKED
        if not required(role) <= self.consents:
            return Standing.INCOMPLETE
        led = {each.status for each in self.organizations if MemberRole.ADMIN in each.member_roles}
        if (
            role is Role.AGENCY_ADMIN
            and OrganizationStatus.PENDING in led
            and OrganizationStatus.ACTIVE not in led
        ):
            return Standing.PENDING
        return Standing.ACTIVE


def read(session: Session, *, user_id: UUID) -> Me:
    """:raises UserNotFound, KeyDestroyed: as they say"""
    row = session.execute(_query(user_id)).one_or_none()
    if row is None:
        raise UserNotFound
    # The person's key came with the statement, so opening his values asks the database nothing more.
    user, profile, _key, kinds, memberships, accepted = row
    return Me(
        user=user,
        contacts=users.contacts(session, user),
        profile=users.opened_profile(session, profile),
        organizations=_memberships(memberships or []),
        consents=frozenset(ConsentKind(kind) for kind in kinds or []),
        signature_agreement_accepted=accepted,
    )


def update(session: Session, *, user_id: UUID, changes: Changes, actor: Actor, now: datetime) -> Me:
    """See ``profiles.update``.

    :raises NothingToChange: no field is named
    """
    profiles.update(session, actor=actor, user_id=user_id, changes=changes, now=now)
    session.flush()
    return read(session, user_id=user_id)


def give_consents(
    session: Session,
    *,
    user_id: UUID,
    kinds: AbstractSet[ConsentKind],
    ip: str,
    user_agent: str,
    now: datetime,
) -> Me:
    """See ``consents.give``."""
    consents.give(session, user_id=user_id, kinds=kinds, ip=ip, user_agent=user_agent, now=now)
    session.flush()
    return read(session, user_id=user_id)


def _query(user_id: UUID) -> Select[User, UserProfile, PersonKey, list[str], list[list[str]], bool]:
    given = select(func.array_agg(UserConsent.kind)).where(
        UserConsent.user_id == user_id, UserConsent.withdrawn_at.is_(None)
    )
    member = OrganizationMember
    memberships = (
        select(
            func.jsonb_agg(
                aggregate_order_by(
                    func.jsonb_build_array(
                        Organization.id, Organization.short_name, Organization.status, member.member_role
                    ),
                    member.created_at,
                    member.id,
                )
            )
        )
        .join_from(member, Organization, Organization.id == member.organization_id)
        .where(member.user_id == user_id, member.removed_at.is_(None))
    )
    accepted = exists().where(
        SignatureAgreement.user_id == user_id,
        SignatureAgreement.document_version == agreements.current().version,
    )
    return (
        select(
            User,
            UserProfile,
            PersonKey,
            given.scalar_subquery(),
            memberships.scalar_subquery(),
            accepted,
        )
        .join(UserProfile, UserProfile.user_id == User.id)
        .join(PersonKey, PersonKey.owner_id == User.id)
        .where(User.id == user_id)
    )


def _memberships(rows: list[list[str]]) -> list[Membership]:
    found: dict[str, Membership] = {}
    for organization_id, short_name, status, member_role in rows:
        membership = found.setdefault(
            organization_id,
            Membership(UUID(organization_id), short_name, OrganizationStatus(status), []),
        )
        membership.member_roles.append(MemberRole(member_role))
    return list(found.values())
