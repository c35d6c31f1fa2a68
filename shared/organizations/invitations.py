"""An organization invites people to a role: by a link to their phone or address, which works once and a week long.

The token is made when the link is sent (``invitation_sending``), so that it lies nowhere: neither here nor in the
outbox. Sent again, an invitation has a new token, and the former link is dead.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import SYSTEM, Actor
from shared.config import secrets
from shared.kernel.identifiers import new_id
from shared.limits import service as limits
from shared.organizations import service as organizations
from shared.organizations.errors import OrganizationClosed
from shared.organizations.invitation_errors import (
    InvitationClosed,
    InvitationExists,
    InvitationNotFound,
    InviteeUnreachable,
    TermsNeeded,
    TooManyInvitations,
    TooManyPending,
)
from shared.organizations.invitation_models import Invitation, InvitationChannel, InvitationStatus
from shared.organizations.member_errors import MemberExists
from shared.organizations.models import MemberRole, OrganizationStatus
from shared.organizations.terms import NO_TERMS, Terms
from shared.outbox import service as outbox
from shared.outbox.models import Topic
from shared.security.codes import new_token, token_hash
from shared.users import service as users
from shared.users.errors import UserNotFound
from shared.users.models import User, UserStatus
from shared.vault import service as vault
from shared.vault.models import KeyOwner
from shared.vault.service import Sealer

LIFETIME: Final = timedelta(days=7)
MOST_PENDING: Final = 50
#: sendings of one organization, repeats included
MOST_A_DAY: Final = 20
#: kind of the outbox message; payload {"invitation_id"}
SEND: Final = "invitation.send"

_OPEN: Final = frozenset({OrganizationStatus.PENDING, OrganizationStatus.ACTIVE})


def invite(
    session: Session,
    *,
    organization_id: UUID,
    member_role: MemberRole,
    email: str | None = None,
    phone: str | None = None,
    terms: Terms = NO_TERMS,
    actor: Actor,
    now: datetime,
) -> Invitation:
    """Invite whoever has this contact; the link is sent after the commit.

    :param email: normalised; either it or ``phone`` (E.164) is given
    :raises OrganizationNotFound, OrganizationClosed: as they say
    :raises TermsNeeded: a signer without position and basis
    :raises MemberExists: who has proved the contact has that role already
    :raises InvitationExists: one for that role is on its way there
    :raises TooManyInvitations, TooManyPending: see ``MOST_A_DAY``, ``MOST_PENDING``
    """
    channel, address = _address(email, phone)
    if (member_role is MemberRole.SIGNER) != (terms.authority is not None):
        raise TermsNeeded
    if organizations.organization(session, organization_id).status not in _OPEN:
        raise OrganizationClosed
    _take_one(session, organization_id, now)
    _require_new(session, organization_id, member_role, channel, address, now)
    invitation_id = new_id()
    key = vault.create_key(session, invitation_id, KeyOwner.RECORD, now=now)
    invitation = Invitation(
        id=invitation_id,
        organization_id=organization_id,
        member_role=member_role,
        terms=terms.stored(),
        channel=channel,
        address=Sealer(key, table=Invitation.__tablename__, row=invitation_id).seal("address", address),
        address_index=vault.index_of(_field(channel), address),
        # Of a token that nobody has ever seen, until the link is sent.
        token_hash=token_hash(secrets.code_key(), new_token()),
        status=InvitationStatus.PENDING,
        invited_by=actor.user_id,
        created_at=now,
        expires_at=now + LIFETIME,
    )
    session.add(invitation)
    session.flush()
    _ask_to_send(session, invitation, now)
    _audit(session, invitation, "invitation.made", actor, now)
    return invitation


def invite_user(
    session: Session,
    *,
    organization_id: UUID,
    user_id: UUID,
    member_role: MemberRole,
    terms: Terms = NO_TERMS,
    actor: Actor,
    now: datetime,
) -> Invitation:
    """Invite a person who was found by search, at his proved phone, else at his proved address.

    :raises UserNotFound: also for one who was erased
    :raises InviteeUnreachable: he has proved no contact
    The refusals of ``invite`` pass through.
    """
    user = session.get(User, user_id)
    if user is None or user.status is UserStatus.ERASED:
        raise UserNotFound
    contacts = users.contacts(session, user)
    phone = contacts.phone if user.phone_verified_at is not None else None
    email = contacts.email if user.email_verified_at is not None and phone is None else None
    if phone is None and email is None:
        raise InviteeUnreachable
    return invite(
        session,
        organization_id=organization_id,
        member_role=member_role,
        email=email,
        phone=phone,
        terms=terms,
        actor=actor,
        now=now,
    )


def resend(
    session: Session, *, organization_id: UUID, invitation_id: UUID, actor: Actor, now: datetime
) -> Invitation:
    """Send a new link, which works a week from now; the former one is dead.

    :raises InvitationNotFound: also another organization's
    :raises OrganizationClosed: it is blocked or rejected
    :raises InvitationClosed: it was decided
    :raises TooManyInvitations: see ``MOST_A_DAY``
    """
    invitation = _own(session, organization_id, invitation_id)
    if organizations.organization(session, organization_id).status not in _OPEN:
        raise OrganizationClosed
    _take_one(session, organization_id, now)
    invitation.expires_at = now + LIFETIME
    _ask_to_send(session, invitation, now)
    _audit(session, invitation, "invitation.sent_again", actor, now)
    return invitation


def revoke(
    session: Session, *, organization_id: UUID, invitation_id: UUID, actor: Actor, now: datetime
) -> None:
    """:raises InvitationNotFound, InvitationClosed: as in ``resend``"""
    invitation = _own(session, organization_id, invitation_id)
    decide(session, invitation, InvitationStatus.REVOKED, actor=actor, now=now)


def decide(
    session: Session, invitation: Invitation, status: InvitationStatus, *, actor: Actor, now: datetime
) -> None:
    """The end of a locked, pending invitation; what it was sent to is forgotten."""
    before = invitation.status
    invitation.status = status
    invitation.decided_at = now
    invitation.decided_by = actor.user_id
    session.flush()
    vault.destroy(session, [invitation.id], now=now)
    audit.record(
        session,
        actor,
        f"invitation.{status}",
        entity=("invitation", invitation.id),
        before={"status": before},
        after={"status": status, "organization_id": str(invitation.organization_id)},
        now=now,
    )


def _address(email: str | None, phone: str | None) -> tuple[InvitationChannel, str]:
    if phone is not None and email is None:
        return InvitationChannel.SMS, phone
    if email is not None and phone is None:
        return InvitationChannel.EMAIL, email
    raise TypeError("an invitation goes to one address")


def _field(channel: InvitationChannel) -> str:
    return "phone" if channel is InvitationChannel.SMS else "email"


def _take_one(session: Session, organization_id: UUID, now: datetime) -> None:
    """Count a sending; invitations of one organization wait for each other here."""
    limits.take(
        session,
        vault.index_of("invitations", str(organization_id)),
        limit=MOST_A_DAY,
        window=timedelta(days=1),
        refusal=TooManyInvitations,
        now=now,
    )


def _require_new(
    session: Session,
    organization_id: UUID,
    member_role: MemberRole,
    channel: InvitationChannel,
    address: str,
    now: datetime,
) -> None:
    find = users.find_by_phone if channel is InvitationChannel.SMS else users.find_by_email
    holder = find(session, address)
    if holder is not None and organizations.is_member(
        session, organization_id, holder.id, member_role=member_role
    ):
        raise MemberExists
    pending = (
        Invitation.organization_id == organization_id,
        Invitation.status == InvitationStatus.PENDING,
        Invitation.expires_at > now,
    )
    same = (
        Invitation.member_role == member_role,
        Invitation.address_index.in_(vault.indexes_of(_field(channel), address)),
    )
    if session.scalar(select(func.count()).select_from(Invitation).where(*pending, *same)):
        raise InvitationExists
    if (session.scalar(select(func.count()).select_from(Invitation).where(*pending)) or 0) >= MOST_PENDING:
        raise TooManyPending
    # What has expired must not keep its address from a new one.
    _close_expired(session, now, Invitation.organization_id == organization_id, *same, limit=1)


def close_expired(session: Session, *, limit: int, now: datetime) -> int:
    """Close invitations that nobody answered in time, and forget where they were sent; how many there were."""
    return _close_expired(session, now, limit=limit)


def _close_expired(session: Session, now: datetime, *of: ColumnElement[bool], limit: int) -> int:
    rows = session.scalars(
        select(Invitation)
        .where(Invitation.status == InvitationStatus.PENDING, Invitation.expires_at <= now, *of)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        decide(session, row, InvitationStatus.REVOKED, actor=SYSTEM, now=now)
    return len(rows)


def _own(session: Session, organization_id: UUID, invitation_id: UUID) -> Invitation:
    """Lock one of the organization's pending invitations."""
    found = session.get(Invitation, invitation_id, with_for_update=True, populate_existing=True)
    if found is None or found.organization_id != organization_id:
        raise InvitationNotFound
    if found.status is not InvitationStatus.PENDING:
        raise InvitationClosed
    return found


def _ask_to_send(session: Session, invitation: Invitation, now: datetime) -> None:
    outbox.ask(
        session,
        Topic.JOBS,
        SEND,
        {"invitation_id": str(invitation.id)},
        dedupe_key=f"{SEND} {new_id()}",
        now=now,
    )


def _audit(session: Session, invitation: Invitation, action: str, actor: Actor, now: datetime) -> None:
    audit.record(
        session,
        actor,
        action,
        entity=("invitation", invitation.id),
        after={
            "organization_id": str(invitation.organization_id),
            "member_role": invitation.member_role,
            "channel": invitation.channel,
        },
        now=now,
    )
