"""What an invited person answers. The link alone gives nothing: he signs in first, by the contact it was sent to."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from shared.audit.service import SYSTEM, Actor
from shared.organizations import invitations, members
from shared.organizations.invitation_errors import InvitationClosed, InvitationNotFound
from shared.organizations.invitation_models import Invitation, InvitationChannel, InvitationStatus
from shared.organizations.invitation_reading import by_token
from shared.organizations.terms import Terms
from shared.users import service as users
from shared.users.models import User
from shared.vault import service as vault


def accept(session: Session, *, token: str, user_id: UUID, actor: Actor, now: datetime) -> Invitation:
    """The person joins the organization in the role, on the terms of the invitation.

    :raises InvitationNotFound: no such token, or it was sent to a contact that he has not proved to be his
    :raises InvitationClosed: it was decided before, or is too old
    The refusals of ``members.join`` pass through.
    """
    found = by_token(session, token, lock=True)  # of two who accept at once, one is too late
    if not _was_sent_to(session, found, user_id):
        raise InvitationNotFound
    _require_open(found, now)
    members.join(
        session,
        organization_id=found.organization_id,
        user_id=user_id,
        member_role=found.member_role,
        terms=Terms.restored(found.terms),
        actor=actor,
        now=now,
    )
    invitations.decide(session, found, InvitationStatus.ACCEPTED, actor=actor, now=now)
    return found


def decline(session: Session, *, token: str, ip: str, user_agent: str, now: datetime) -> Invitation:
    """Whoever has the link wants no part of it.

    :raises InvitationNotFound, InvitationClosed: as in ``accept``
    """
    found = by_token(session, token, lock=True)
    _require_open(found, now)
    actor = Actor(SYSTEM.user_id, ip, user_agent)
    invitations.decide(session, found, InvitationStatus.DECLINED, actor=actor, now=now)
    return found


def _require_open(invitation: Invitation, now: datetime) -> None:
    if invitation.status is not InvitationStatus.PENDING or invitation.expires_at <= now:
        raise InvitationClosed


def _was_sent_to(session: Session, invitation: Invitation, user_id: UUID) -> bool:
    user = session.get_one(User, user_id)
    contacts = users.contacts(session, user)
    if invitation.channel is InvitationChannel.SMS:
        field, contact, proved_at = "phone", contacts.phone, user.phone_verified_at
    else:
        field, contact, proved_at = "email", contacts.email, user.email_verified_at
    if contact is None or proved_at is None:
        return False
    return invitation.address_index in vault.indexes_of(field, contact)
