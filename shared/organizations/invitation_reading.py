"""Invitations as they are read: by their organization, and by whoever has the link."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.config import secrets
from shared.kernel.contacts import masked_email, masked_phone
from shared.organizations import service as organizations
from shared.organizations.invitation_errors import InvitationNotFound
from shared.organizations.invitation_models import Invitation, InvitationChannel, InvitationStatus
from shared.organizations.models import MemberRole, Organization
from shared.organizations.terms import Terms
from shared.security.codes import token_hash
from shared.vault import service as vault
from shared.vault.service import KeyDestroyed, Sealer


class InvitationLine(NamedTuple):
    """As its organization sees it; ``address`` is masked, and None once the invitation is decided."""

    id: UUID
    member_role: MemberRole
    channel: InvitationChannel
    address: str | None
    status: InvitationStatus
    terms: Terms
    created_at: datetime
    expires_at: datetime
    decided_at: datetime | None


class Offer(NamedTuple):
    """An invitation as whoever has the link sees it, before he has signed in."""

    organization: str
    member_role: MemberRole
    address: str | None
    status: InvitationStatus
    expires_at: datetime


def page_of(
    session: Session, *, organization_id: UUID, status: InvitationStatus | None, offset: int, limit: int
) -> tuple[list[InvitationLine], int]:
    """The organization's invitations, newest first, and how many there are.

    :raises OrganizationNotFound: no such organization
    """
    organizations.organization(session, organization_id)
    wanted = [Invitation.organization_id == organization_id]
    if status is not None:
        wanted.append(Invitation.status == status)
    rows: Sequence[Invitation] = session.scalars(
        select(Invitation).where(*wanted).order_by(Invitation.id.desc()).offset(offset).limit(limit)
    ).all()
    count = session.scalar(select(func.count()).select_from(Invitation).where(*wanted)) or 0
    _held = vault.keys_of(session, [row.id for row in rows])
    return [line(session, row) for row in rows], count


def line(session: Session, invitation: Invitation) -> InvitationLine:
    return InvitationLine(
        invitation.id,
        invitation.member_role,
        invitation.channel,
        masked_address(session, invitation),
        invitation.status,
        Terms.restored(invitation.terms),
        invitation.created_at,
        invitation.expires_at,
        invitation.decided_at,
    )


def address_of(session: Session, invitation: Invitation) -> str:
    """:raises KeyDestroyed: it was decided"""
    key = vault.key_of(session, invitation.id)
    return Sealer(key, table=Invitation.__tablename__, row=invitation.id).open("address", invitation.address)


def masked_address(session: Session, invitation: Invitation) -> str | None:
    """What may be shown of it; None once the invitation is decided."""
    try:
        address = address_of(session, invitation)
    except KeyDestroyed:
        return None
    return masked_phone(address) if invitation.channel is InvitationChannel.SMS else masked_email(address)


def offer_of(session: Session, token: str) -> Offer:
    """:raises InvitationNotFound: no invitation has this token"""
    found = by_token(session, token)
    organization = session.get_one(Organization, found.organization_id)
    return Offer(
        organization.short_name,
        found.member_role,
        masked_address(session, found),
        found.status,
        found.expires_at,
    )


def by_token(session: Session, token: str, *, lock: bool = False) -> Invitation:
    """:raises InvitationNotFound: no invitation has this token"""
    query = select(Invitation).where(Invitation.token_hash == token_hash(secrets.code_key(), token))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session.scalars(query).one_or_none()
    if found is None:
        raise InvitationNotFound
    return found
