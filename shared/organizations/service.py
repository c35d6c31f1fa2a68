"""Organizations, their requisites, their members and those who sign for them."""

from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import Actor
from shared.kernel.clock import moscow_date
from shared.kernel.identifiers import new_id
from shared.kernel.tax import TaxRegime
from shared.organizations.errors import OrganizationExists, OrganizationIncomplete, OrganizationNotFound
from shared.organizations.models import (
    MemberRole,
    Organization,
    OrganizationKind,
    OrganizationMember,
    OrganizationStatus,
)
from shared.users import service as users
from shared.vault import service as vault
from shared.vault.models import KeyOwner
from shared.vault.service import Sealer

_TABLE: Final = Organization.__tablename__


class Requisites(NamedTuple):
    """An organization as contracts and receipts name it."""

    id: UUID
    name: str
    short_name: str
    inn: str
    kpp: str | None
    ogrn: str | None
    legal_address: str
    city: str
    tax_regime: TaxRegime
    email: str
    phone: str
    status: OrganizationStatus


class Signer(NamedTuple):
    """``position`` and ``basis`` as they stand in a contract: «Генеральный директор», «Устав»."""

    user_id: UUID
    full_name: str | None
    position: str
    basis: str


def requisites(session: Session, organization_id: UUID) -> Requisites:
    """:raises OrganizationNotFound, OrganizationIncomplete, KeyDestroyed: as they say"""
    row = organization(session, organization_id)
    if row.city is None or row.tax_regime is None:
        raise OrganizationIncomplete
    sealer = Sealer(vault.key_of(session, row.id), table=_TABLE, row=row.id)
    return Requisites(
        id=row.id,
        name=row.name,
        short_name=row.short_name,
        inn=sealer.open("inn", row.inn),
        kpp=row.kpp,
        ogrn=row.ogrn,
        legal_address=row.legal_address,
        city=row.city,
        tax_regime=row.tax_regime,
        email=sealer.open("email", row.email),
        phone=sealer.open("phone", row.phone),
        status=row.status,
    )


def signers(session: Session, organization_id: UUID, *, now: datetime) -> list[Signer]:
    """Those whose basis an operator has checked and whose power hasn't expired, longest-standing first."""
    valid_until = OrganizationMember.basis_valid_until
    rows = session.scalars(
        live_members(organization_id)
        .where(
            OrganizationMember.member_role == MemberRole.SIGNER,
            OrganizationMember.checked_at.is_not(None),
            or_(valid_until.is_(None), valid_until >= moscow_date(now)),
        )
        .order_by(OrganizationMember.created_at, OrganizationMember.id)
    )
    return [
        Signer(
            row.user_id, users.profile_of(session, row.user_id).full_name, row.position or "", row.basis or ""
        )
        for row in rows
    ]


def member_ids(session: Session, organization_id: UUID) -> set[UUID]:
    """Everybody who belongs to the organization now, in whatever role."""
    return {row.user_id for row in session.scalars(live_members(organization_id))}


def is_member(
    session: Session, organization_id: UUID, user_id: UUID, *, member_role: MemberRole | None = None
) -> bool:
    """Whether the person belongs to the organization now, in any role or in ``member_role``."""
    query = live_members(organization_id).where(OrganizationMember.user_id == user_id)
    if member_role is not None:
        query = query.where(OrganizationMember.member_role == member_role)
    return session.scalars(query.limit(1)).first() is not None


def register_agency(
    session: Session,
    *,
    name: str,
    inn: str,
    legal_address: str,
    email: str,
    phone: str,
    admin_id: UUID | None,
    short_name: str | None = None,
    kpp: str | None = None,
    ogrn: str | None = None,
    city: str | None = None,
    tax_regime: TaxRegime | None = None,
    actor: Actor,
    now: datetime,
) -> Organization:
    """A pending agency with its first admin; an operator approves it once all is known about it.

    :param inn: ten digits with valid control digits; ``email`` and ``phone`` normalised
    :param admin_id: None where he is invited
    :raises OrganizationExists: the ИНН is taken
    """
    require_free(session, inn)
    organization_id = new_id()
    key = vault.create_key(session, organization_id, KeyOwner.ORGANIZATION, now=now)
    sealer = Sealer(key, table=_TABLE, row=organization_id)
    organization = Organization(
        id=organization_id,
        kind=OrganizationKind.AGENCY,
        status=OrganizationStatus.PENDING,
        name=name,
        short_name=short_name or name,
        inn=sealer.seal("inn", inn),
        inn_index=vault.index_of("inn", inn),
        kpp=kpp,
        ogrn=ogrn,
        legal_address=legal_address,
        city=city,
        tax_regime=tax_regime,
        email=sealer.seal("email", email),
        phone=sealer.seal("phone", phone),
        created_at=now,
    )
    session.add(organization)
    session.flush()
    audit.record(session, actor, "organization.registered", entity=("organization", organization_id), now=now)
    if admin_id is not None:
        add_member(session, organization_id, admin_id, MemberRole.ADMIN, actor=actor, now=now)
    return organization


def require_free(session: Session, inn: str, *, but: UUID | None = None) -> None:
    """The table's own check sees two indexes of one key only, and the taken one may be of an older key.

    :raises OrganizationExists: an organization other than ``but`` has the ИНН
    """
    taken = exists().where(
        Organization.id.is_distinct_from(but),
        Organization.inn_index.in_(vault.indexes_of("inn", inn)),
        Organization.status != OrganizationStatus.REJECTED,
    )
    if session.scalar(select(taken)):
        raise OrganizationExists


def approve(session: Session, organization_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Make a pending organization active."""
    row = organization(session, organization_id, lock=True)
    before = row.status
    row.status = OrganizationStatus.ACTIVE
    row.approved_at = now
    audit.record(
        session,
        actor,
        "organization.approved",
        entity=("organization", organization_id),
        before={"status": before},
        after={"status": row.status},
        now=now,
    )


def add_signer(
    session: Session,
    organization_id: UUID,
    user_id: UUID,
    *,
    position: str,
    basis: str,
    checked: bool,
    actor: Actor,
    now: datetime,
) -> None:
    """A person who signs for the organization.

    :param position: in the nominative, as is ``basis``: documents decline both
    :param checked: an operator saw the paper; until then he can't sign
    """
    admit(
        session,
        OrganizationMember(
            organization_id=organization_id,
            user_id=user_id,
            member_role=MemberRole.SIGNER,
            position=position,
            basis=basis,
            checked_at=now if checked else None,
            created_at=now,
        ),
        actor,
        now,
    )


def add_member(
    session: Session, organization_id: UUID, user_id: UUID, role: MemberRole, *, actor: Actor, now: datetime
) -> None:
    """A role other than signer, which has a basis: see ``add_signer``."""
    member = OrganizationMember(
        organization_id=organization_id, user_id=user_id, member_role=role, created_at=now
    )
    admit(session, member, actor, now)


def admit(session: Session, member: OrganizationMember, actor: Actor, now: datetime) -> None:
    """:raises MemberExists: he has that role already (at the edge: the table says so)"""
    session.add(member)
    session.flush()
    audit.record(
        session,
        actor,
        "organization.member_added",
        entity=("organization", member.organization_id),
        after={"member_id": str(member.user_id), "member_role": member.member_role},
        now=now,
    )


def live_members(organization_id: UUID) -> Select[OrganizationMember]:
    """Those who belong to it now, a row for each of a person's roles."""
    return select(OrganizationMember).where(
        OrganizationMember.organization_id == organization_id, OrganizationMember.removed_at.is_(None)
    )


def organization(session: Session, organization_id: UUID, *, lock: bool = False) -> Organization:
    """:raises OrganizationNotFound: no such organization"""
    row = session.get(Organization, organization_id, with_for_update=lock, populate_existing=lock)
    if row is None:
        raise OrganizationNotFound
    return row
