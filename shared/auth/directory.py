"""Finding people: by a contact they proved, by id, or as a list for operators."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from shared.access.rights import Reach
from shared.audit import service as audit
from shared.audit.service import Actor
from shared.auth.staff_models import StaffMember
from shared.kernel.masking import masked_name
from shared.kernel.roles import Role
from shared.organizations.errors import OrganizationNotFound
from shared.organizations.models import MemberRole, OrganizationMember
from shared.users import service as users
from shared.users.consent_kinds import ConsentKind
from shared.users.consent_models import UserConsent
from shared.users.errors import UserNotFound
from shared.users.models import User, UserProfile, UserStatus
from shared.users.service import Contacts, Profile
from shared.vault.models import PersonKey


class Finder(NamedTuple):
    """Who looks, how far he reaches, and for which organization he acts."""

    user_id: UUID
    reach: Reach
    organization_id: UUID | None
    actor: Actor


class FoundPerson(NamedTuple):
    """``name`` is masked for those who don't work for the platform."""

    id: UUID
    name: str | None
    roles: list[Role]


class PersonFacts(NamedTuple):
    """``contacts`` and ``profile`` only for the platform's staff, ``member_roles`` only for colleagues."""

    user: User
    full_name: str | None
    roles: list[Role]
    member_roles: list[MemberRole]
    contacts: Contacts | None
    profile: Profile | None


class ListedPerson(NamedTuple):
    user: User
    masked_name: str | None


def search(
    session: Session, *, phone: str | None, email: str | None, finder: Finder, now: datetime
) -> list[FoundPerson]:
    """The person who proved this very contact, or nobody; that it was asked is written down, the contact isn't.

    :param phone: E.164; exactly one of the two is given, normalised
    :raises OrganizationNotFound: an agency's admin acts for no organization
    """
    if finder.reach is not Reach.ANY and finder.organization_id is None:
        raise OrganizationNotFound
    user = users.find_by_phone(session, phone) if phone else users.find_by_email(session, email or "")
    audit.record(
        session,
        finder.actor,
        "user.searched",
        entity=("user", finder.user_id if user is None else user.id),
        after={"by": "phone" if phone else "email", "found": user is not None},
        now=now,
    )
    if user is None:
        return []
    name = users.profile_of(session, user.id).full_name
    shown = name if finder.reach is Reach.ANY else masked_name(name)
    return [FoundPerson(user.id, shown, roles_of(session, user))]


def read(session: Session, *, user_id: UUID, finder: Finder, now: datetime) -> PersonFacts:
    """A colleague by name; to the platform's staff all but the passport, which is written down.

    :raises UserNotFound: also a stranger, and one whose data was erased
    """
    user = session.get(User, user_id)
    if user is None or user.status is UserStatus.ERASED:
        raise UserNotFound
    profile = users.profile_of(session, user_id)
    roles = roles_of(session, user)
    if finder.reach is Reach.ANY:
        audit.record(session, finder.actor, "user.read", entity=("user", user_id), now=now)
        return PersonFacts(user, profile.full_name, roles, [], users.contacts(session, user), profile)
    colleague = _member_roles(session, user_id, finder.organization_id)
    if not colleague:
        raise UserNotFound
    return PersonFacts(user, profile.full_name, roles, colleague, None, None)


def page(
    session: Session, *, status: UserStatus | None, offset: int, limit: int
) -> tuple[list[ListedPerson], int]:
    """People, newest first, and how many there are."""
    wanted = [] if status is None else [User.status == status]
    rows = session.execute(
        select(User, UserProfile, PersonKey)  # the keys come along, so that none is asked for alone
        .join(UserProfile, UserProfile.user_id == User.id)
        .join(PersonKey, PersonKey.owner_id == User.id)
        .where(*wanted)
        .order_by(User.id.desc())
        .offset(offset)
        .limit(limit)
    ).all()
    total = session.scalar(select(func.count()).select_from(User).where(*wanted)) or 0
    return [ListedPerson(user, _masked(session, profile)) for user, profile, _key in rows], total


def roles_of(session: Session, user: User) -> list[Role]:
    """The doors that are open to the person: what he proved, accepted, and belongs to."""
    offer = exists().where(
        UserConsent.user_id == user.id,
        UserConsent.kind == ConsentKind.REALTOR_OFFER,
        UserConsent.withdrawn_at.is_(None),
    )
    admin = exists().where(
        OrganizationMember.user_id == user.id,
        OrganizationMember.member_role == MemberRole.ADMIN,
        OrganizationMember.removed_at.is_(None),
    )
    staff = select(StaffMember.role).where(StaffMember.user_id == user.id, StaffMember.disabled_at.is_(None))
    took_offer, is_admin, staff_role = session.execute(select(offer, admin, staff.scalar_subquery())).one()
    roles = {
        Role.CLIENT: user.email_verified_at is not None,
        Role.AGENT: took_offer and user.phone_verified_at is not None,
        Role.AGENCY_ADMIN: is_admin,
    }
    return [role for role, his in roles.items() if his] + ([Role(staff_role)] if staff_role else [])


def _masked(session: Session, profile: UserProfile) -> str | None:
    return (
        None if profile.full_name is None else masked_name(users.opened_profile(session, profile).full_name)
    )


def _member_roles(session: Session, user_id: UUID, organization_id: UUID | None) -> list[MemberRole]:
    roles = session.scalars(
        select(OrganizationMember.member_role)
        .where(
            OrganizationMember.organization_id == organization_id,
            OrganizationMember.user_id == user_id,
            OrganizationMember.removed_at.is_(None),
        )
        .order_by(OrganizationMember.member_role)
    )
    return list(roles)
