"""An organization as its members and the staff see it; unlike requisites, it may still be incomplete."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from shared.kernel.tax import TaxRegime
from shared.organizations.errors import OrganizationNotFound
from shared.organizations.models import (
    Organization,
    OrganizationKind,
    OrganizationMember,
    OrganizationStatus,
)
from shared.vault import service as vault
from shared.vault.service import Sealer


class Card(NamedTuple):
    id: UUID
    kind: OrganizationKind
    status: OrganizationStatus
    status_reason: str | None
    name: str
    short_name: str
    inn: str
    kpp: str | None
    ogrn: str | None
    legal_address: str
    city: str | None
    tax_regime: TaxRegime | None
    agent_share_bps: int | None
    payment_terminal: str | None
    email: str
    phone: str
    created_at: datetime
    approved_at: datetime | None


class Wanted(NamedTuple):
    """``text`` is a part of the name, in whatever case."""

    status: OrganizationStatus | None = None
    text: str | None = None


def card(session: Session, organization_id: UUID, *, member_id: UUID | None = None) -> Card:
    """:param member_id: only if this person belongs to it, in whatever role
    :raises OrganizationNotFound: also beyond the reach of ``member_id``
    """
    row = session.scalars(
        select(Organization).where(Organization.id == organization_id, *_of(member_id))
    ).one_or_none()
    if row is None:
        raise OrganizationNotFound
    return opened(session, row)


def page_of(
    session: Session, wanted: Wanted, *, member_id: UUID | None, offset: int, limit: int
) -> tuple[list[Card], int]:
    """Newest first, and how many there are.

    :param member_id: only those to which this person belongs; None for all
    """
    conditions = _of(member_id)
    if wanted.status is not None:
        conditions.append(Organization.status == wanted.status)
    if wanted.text is not None:
        conditions.append(
            or_(
                Organization.name.icontains(wanted.text, autoescape=True),
                Organization.short_name.icontains(wanted.text, autoescape=True),
            )
        )
    rows = session.scalars(
        select(Organization).where(*conditions).order_by(Organization.id.desc()).offset(offset).limit(limit)
    ).all()
    count = session.scalar(select(func.count()).select_from(Organization).where(*conditions)) or 0
    _held = vault.keys_of(session, [row.id for row in rows])
    return [opened(session, row) for row in rows], count


def _of(member_id: UUID | None) -> list[ColumnElement[bool]]:
    if member_id is None:
        return []
    belongs = exists().where(
        OrganizationMember.organization_id == Organization.id,
        OrganizationMember.user_id == member_id,
        OrganizationMember.removed_at.is_(None),
    )
    return [belongs]


def opened(session: Session, row: Organization) -> Card:
    sealer = Sealer(vault.key_of(session, row.id), table=Organization.__tablename__, row=row.id)
    return Card(
        id=row.id,
        kind=row.kind,
        status=row.status,
        status_reason=row.status_reason,
        name=row.name,
        short_name=row.short_name,
        inn=sealer.open("inn", row.inn),
        kpp=row.kpp,
        ogrn=row.ogrn,
        legal_address=row.legal_address,
        city=row.city,
        tax_regime=row.tax_regime,
        agent_share_bps=row.agent_share_bps,
        payment_terminal=row.payment_terminal,
        email=sealer.open("email", row.email),
        phone=sealer.open("phone", row.phone),
        created_at=row.created_at,
        approved_at=row.approved_at,
    )
