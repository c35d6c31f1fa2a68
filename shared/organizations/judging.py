"""What an operator decides about an organization and its signers. The organization is told of it by letter."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import Actor
from shared.kernel.clock import moscow_date
from shared.organizations import organization_notices
from shared.organizations import service as organizations
from shared.organizations.cards import Card, opened
from shared.organizations.errors import OrganizationIncomplete, OrganizationStateWrong, OrganizationUnproved
from shared.organizations.member_errors import AuthorityExpired, MemberNotFound, SignerChecked
from shared.organizations.member_views import MemberLine, member
from shared.organizations.models import MemberRole, Organization, OrganizationMember, OrganizationStatus
from shared.users.models import User, UserStatus

#: new status -> (the statuses from which it may come, the action in the audit log)
_MOVES: Final = {
    OrganizationStatus.REJECTED: (OrganizationStatus.PENDING, "organization.rejected"),
    OrganizationStatus.BLOCKED: (OrganizationStatus.ACTIVE, "organization.blocked"),
    OrganizationStatus.ACTIVE: (OrganizationStatus.BLOCKED, "organization.unblocked"),
}


def approve(session: Session, *, organization_id: UUID, actor: Actor, now: datetime) -> Card:
    """A pending organization becomes active.

    :raises OrganizationStateWrong: it isn't pending
    :raises OrganizationIncomplete: a contract couldn't name it
    :raises OrganizationUnproved: none of its admins has proved both phone and e-mail
    """
    row = organizations.organization(session, organization_id, lock=True)
    if row.status is not OrganizationStatus.PENDING:
        raise OrganizationStateWrong
    if None in {row.city, row.tax_regime, row.ogrn, row.kpp}:
        raise OrganizationIncomplete
    if not _has_proved_admin(session, organization_id):
        raise OrganizationUnproved
    organizations.approve(session, organization_id, actor=actor, now=now)
    session.flush()
    organization_notices.ask(session, row, now=now)
    return opened(session, row)


def reject(session: Session, *, organization_id: UUID, reason: str, actor: Actor, now: datetime) -> Card:
    """A pending organization stays out; its ИНН is free again.

    :param reason: for the organization to read
    :raises OrganizationStateWrong: it isn't pending
    """
    row = _moved(session, organization_id, OrganizationStatus.REJECTED, reason, actor, now)
    organization_notices.ask(session, row, now=now)
    return opened(session, row)


def block(session: Session, *, organization_id: UUID, reason: str, actor: Actor, now: datetime) -> Card:
    """:raises OrganizationStateWrong: it isn't active"""
    return opened(session, _moved(session, organization_id, OrganizationStatus.BLOCKED, reason, actor, now))


def unblock(session: Session, *, organization_id: UUID, actor: Actor, now: datetime) -> Card:
    """:raises OrganizationStateWrong: it isn't blocked"""
    return opened(session, _moved(session, organization_id, OrganizationStatus.ACTIVE, None, actor, now))


def check_signer(
    session: Session, *, organization_id: UUID, user_id: UUID, actor: Actor, now: datetime
) -> MemberLine:
    """An operator has seen what entitles the signer: from now on he signs.

    :raises MemberNotFound: he is no signer of it
    :raises SignerChecked: that was done
    :raises AuthorityExpired: his power has run out
    """
    signer = session.scalars(
        organizations.live_members(organization_id)
        .where(OrganizationMember.user_id == user_id, OrganizationMember.member_role == MemberRole.SIGNER)
        .with_for_update()
    ).one_or_none()
    if signer is None:
        raise MemberNotFound
    if signer.checked_at is not None:
        raise SignerChecked
    today = moscow_date(now)
    if signer.basis_valid_until is not None and signer.basis_valid_until < today:
        raise AuthorityExpired
    signer.checked_at, signer.checked_by = now, actor.user_id
    session.flush()
    audit.record(
        session,
        actor,
        "organization.signer_checked",
        entity=("organization", organization_id),
        before={"member_id": str(user_id), "checked": False},
        after={"member_id": str(user_id), "checked": True},
        now=now,
    )
    return member(session, organization_id, user_id)


def _has_proved_admin(session: Session, organization_id: UUID) -> bool:
    proved = (
        organizations.live_members(organization_id)
        .join(User, User.id == OrganizationMember.user_id)
        .where(
            OrganizationMember.member_role == MemberRole.ADMIN,
            User.status == UserStatus.ACTIVE,
            User.phone_verified_at.is_not(None),
            User.email_verified_at.is_not(None),
        )
    )
    return bool(session.scalar(select(exists(proved))))


def _moved(
    session: Session,
    organization_id: UUID,
    status: OrganizationStatus,
    reason: str | None,
    actor: Actor,
    now: datetime,
) -> Organization:
    came_from, action = _MOVES[status]
    row = organizations.organization(session, organization_id, lock=True)
    if row.status is not came_from:
        raise OrganizationStateWrong
    row.status, row.status_reason = status, reason
    session.flush()
    audit.record(
        session,
        actor,
        action,
        entity=("organization", organization_id),
        before={"status": came_from},
        after={"status": status},
        now=now,
    )
    return row
