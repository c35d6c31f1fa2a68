"""A proved contact gives way to another: what follows from it, and the record of it.

Payouts are held for a day, every session ends, the old contact is told. Where the person can't answer at the old one,
an operator opens a recovery: the change waits for its proof, and the old contact is told at once.
"""

from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import Actor
from shared.auth import notices, session_ending
from shared.auth.contact_errors import StaffContact
from shared.auth.contact_models import ContactChange
from shared.auth.models import CodeChannel
from shared.auth.staff_models import StaffMember
from shared.kernel.identifiers import new_id
from shared.users import service as users
from shared.users.errors import UserNotFound
from shared.users.models import User, UserStatus
from shared.vault import service as vault
from shared.vault.service import KeyDestroyed, Sealer

_PAYOUTS_HELD: Final = timedelta(hours=24)
RECOVERY_LIFETIME: Final = timedelta(days=3)
_TABLE: Final = ContactChange.__tablename__
_FIELDS: Final = {CodeChannel.SMS: "phone", CodeChannel.EMAIL: "email"}


class Addresses(NamedTuple):
    """E.164 or normalised e-mail; ``old`` is None where none was proved."""

    old: str | None
    new: str


def addresses(session: Session, change_id: UUID) -> Addresses | None:
    """None: the person's data was erased."""
    change = session.get_one(ContactChange, change_id)
    try:
        sealer = Sealer(vault.key_of(session, change.user_id), table=_TABLE, row=change.id)
    except KeyDestroyed:
        return None
    return Addresses(
        sealer.open_optional("old_address", change.old_address),
        sealer.open("new_address", change.new_address),
    )


def proved(session: Session, user: User, channel: CodeChannel) -> str | None:
    """The person's proved contact of this channel."""
    contacts = users.contacts(session, user)
    if channel is CodeChannel.SMS:
        return contacts.phone if user.phone_verified_at is not None else None
    return contacts.email if user.email_verified_at is not None else None


def make(
    session: Session,
    user: User,
    channel: CodeChannel,
    *,
    old: str | None,
    new: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Put a contact that was just proved in the place of ``old``.

    :param user: locked
    :raises PhoneTaken, EmailTaken: another person proved it before
    """
    change = _new(session, user.id, channel, old=old, new=new, now=now)
    change.made_at = now
    session.add(change)
    _take(session, user.id, channel, new, actor, now)
    _follow_up(session, user, change, actor, now)


def open_recovery(
    session: Session,
    *,
    user_id: UUID,
    channel: CodeChannel,
    address: str,
    reason: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Let the person come back through ``address`` (normalised): he proves it by a code within three days.

    Whether another person has the address doesn't show: it then stays his, and the recovery comes to nothing.

    :param actor: the operator
    :raises UserNotFound: also for an erased person
    :raises StaffContact: those who open recoveries don't open each other's
    """
    user = session.get(User, user_id, with_for_update=True)
    if user is None or user.status is UserStatus.ERASED:
        raise UserNotFound
    if session.scalar(select(exists().where(StaffMember.user_id == user_id))):
        raise StaffContact
    _close_former(session, user_id, channel, now)
    change = _new(session, user_id, channel, old=proved(session, user, channel), new=address, now=now)
    change.asked_by, change.expires_at = actor.user_id, now + RECOVERY_LIFETIME
    sealer = Sealer(vault.key_of(session, user_id), table=_TABLE, row=change.id)
    change.reason = sealer.seal("reason", reason)
    session.add(change)
    session.flush()
    user.payouts_held_until = now + _PAYOUTS_HELD
    session_ending.revoke_all(session, user_id=user_id, reason="contact_recovery", actor=actor, now=now)
    audit.record(
        session,
        actor,
        "user.contact_recovery_opened",
        entity=("user", user_id),
        after={"channel": channel, "change_id": str(change.id)},
        now=now,
    )
    notices.ask_about_change(session, notices.RECOVERY_OFFERED, change.id, now=now)
    if change.old_address is not None:
        notices.ask_about_change(session, notices.RECOVERY_OPENED, change.id, now=now)


def is_recovering(
    session: Session, user_id: UUID, channel: CodeChannel, address: str, *, now: datetime
) -> bool:
    """Whether an operator opened this address for this person."""
    recovered = recovered_by(session, channel, address, now=now)
    return recovered is not None and recovered.id == user_id


def recovered_by(session: Session, channel: CodeChannel, address: str, *, now: datetime) -> User | None:
    """The person for whom an operator opened this address."""
    change = _waiting(session, channel, address, now)
    return None if change is None else session.get_one(User, change.user_id)


def claim(
    session: Session, channel: CodeChannel, address: str, *, ip: str, user_agent: str, now: datetime
) -> User | None:
    """The person for whom an operator opened this address, which somebody has just proved: it is his from now on."""
    change = _waiting(session, channel, address, now)
    if change is None:
        return None
    user = session.get_one(User, change.user_id, with_for_update=True)
    if user.status is UserStatus.ERASED:
        return None
    actor = Actor(user.id, ip, user_agent)
    change.made_at = now
    _take(session, user.id, channel, address, actor, now)
    _follow_up(session, user, change, actor, now)
    return user


def _new(
    session: Session, user_id: UUID, channel: CodeChannel, *, old: str | None, new: str, now: datetime
) -> ContactChange:
    change_id = new_id()
    sealer = Sealer(vault.key_of(session, user_id), table=_TABLE, row=change_id)
    return ContactChange(
        id=change_id,
        user_id=user_id,
        channel=channel,
        old_address=sealer.seal_optional("old_address", old),
        new_address=sealer.seal("new_address", new),
        new_address_index=vault.index_of(_FIELDS[channel], new),
        created_at=now,
    )


def _take(
    session: Session, user_id: UUID, channel: CodeChannel, address: str, actor: Actor, now: datetime
) -> None:
    if channel is CodeChannel.SMS:
        users.take_phone(session, user_id=user_id, phone=address, actor=actor, now=now)
    else:
        users.take_email(session, user_id=user_id, email=address, actor=actor, now=now)


def _follow_up(session: Session, user: User, change: ContactChange, actor: Actor, now: datetime) -> None:
    user.payouts_held_until = now + _PAYOUTS_HELD
    session.flush()
    session_ending.revoke_all(session, user_id=user.id, reason="contact_changed", actor=actor, now=now)
    audit.record(
        session,
        actor,
        "user.contact_changed",
        entity=("user", user.id),
        after={"channel": change.channel, "recovered": change.asked_by is not None},
        now=now,
    )
    if change.old_address is not None:
        notices.ask_about_change(session, notices.CONTACT_CHANGED, change.id, now=now)


def _waiting(session: Session, channel: CodeChannel, address: str, now: datetime) -> ContactChange | None:
    """The newest recovery that waits for this address, locked."""
    return session.scalars(
        select(ContactChange)
        .where(
            ContactChange.new_address_index.in_(vault.indexes_of(_FIELDS[channel], address)),
            ContactChange.channel == channel,
            ContactChange.made_at.is_(None),
            ContactChange.expires_at > now,
        )
        .order_by(ContactChange.created_at.desc(), ContactChange.id.desc())
        .limit(1)
        .with_for_update()
    ).one_or_none()


def _close_former(session: Session, user_id: UUID, channel: CodeChannel, now: datetime) -> None:
    session.execute(
        update(ContactChange)
        .where(
            ContactChange.user_id == user_id,
            ContactChange.channel == channel,
            ContactChange.made_at.is_(None),
            ContactChange.expires_at > now,
        )
        .values(expires_at=now)
    )
