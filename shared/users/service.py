"""People: found by a contact that they proved, made at their first sign-in, read with their own key."""

import json
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import Actor
from shared.kernel.identifiers import new_id
from shared.users.errors import EmailTaken, PhoneTaken, UserNotFound
from shared.users.models import TaxStatus, User, UserProfile, UserStatus
from shared.vault import service as vault
from shared.vault.models import KeyOwner
from shared.vault.service import Sealer

_USERS: Final = User.__tablename__
_PROFILES: Final = UserProfile.__tablename__


class Contacts(NamedTuple):
    """Normalised: E.164 and a lower-case address; None where the person gave none."""

    phone: str | None
    email: str | None


class Profile(NamedTuple):
    """What a person told of himself; ``passport`` as in ``shared.users.profiles.PASSPORT_FIELDS``."""

    full_name: str | None
    inn: str | None
    address: str | None
    city: str | None
    tax_status: TaxStatus | None
    passport: dict[str, str] | None


def find_by_phone(session: Session, phone: str) -> User | None:
    """The person who proved this phone (E.164). Merely typed in, a contact identifies nobody."""
    return session.scalars(
        select(User).where(
            User.phone_index.in_(vault.indexes_of("phone", phone)), User.phone_verified_at.is_not(None)
        )
    ).one_or_none()


def find_by_email(session: Session, email: str) -> User | None:
    """The person who proved this address (normalised)."""
    return session.scalars(
        select(User).where(
            User.email_index.in_(vault.indexes_of("email", email)), User.email_verified_at.is_not(None)
        )
    ).one_or_none()


def create(
    session: Session,
    *,
    phone: str | None = None,
    email: str | None = None,
    phone_verified_at: datetime | None = None,
    email_verified_at: datetime | None = None,
    password_hash: str | None = None,
    user_id: UUID | None = None,
    now: datetime,
) -> User:
    """A new person with his key and an empty profile; he has given no consents yet.

    :param phone: E.164
    :param email: normalised; at least one of the two contacts is given
    :param user_id: where the person was promised one
    :raises PhoneTaken, EmailTaken: at the flush, of contacts that are given as proved
    """
    user_id = user_id or new_id()
    sealer = Sealer(vault.create_key(session, user_id, KeyOwner.PERSON, now=now), table=_USERS, row=user_id)
    user = User(
        id=user_id,
        status=UserStatus.ACTIVE,
        phone=sealer.seal_optional("phone", phone),
        phone_index=None if phone is None else vault.index_of("phone", phone),
        phone_verified_at=phone_verified_at,
        email=sealer.seal_optional("email", email),
        email_index=None if email is None else vault.index_of("email", email),
        email_verified_at=email_verified_at,
        password_hash=password_hash,
        created_at=now,
        updated_at=now,
    )
    session.add(user)
    session.flush()
    session.add(UserProfile(user_id=user_id, updated_at=now))
    session.flush()
    return user


def contacts(session: Session, user: User) -> Contacts:
    """:raises KeyDestroyed: the person's data was erased"""
    sealer = Sealer(vault.key_of(session, user.id), table=_USERS, row=user.id)
    return Contacts(
        phone=sealer.open_optional("phone", user.phone), email=sealer.open_optional("email", user.email)
    )


def contacts_of(session: Session, user_id: UUID) -> Contacts:
    """:raises UserNotFound, KeyDestroyed: as they say"""
    return contacts(session, _user(session, user_id))


def profile_of(session: Session, user_id: UUID) -> Profile:
    """:raises UserNotFound, KeyDestroyed: as they say"""
    row = session.get(UserProfile, user_id)
    if row is None:
        raise UserNotFound
    return opened_profile(session, row)


def opened_profile(session: Session, row: UserProfile) -> Profile:
    sealer = Sealer(vault.key_of(session, row.user_id), table=_PROFILES, row=row.user_id)
    passport = sealer.open_optional("passport", row.passport)
    return Profile(
        full_name=sealer.open_optional("full_name", row.full_name),
        inn=sealer.open_optional("inn", row.inn),
        address=sealer.open_optional("address", row.address),
        city=row.city,
        tax_status=row.tax_status,
        passport=None if passport is None else json.loads(passport),
    )


def take_phone(session: Session, *, user_id: UUID, phone: str, actor: Actor, now: datetime) -> User:
    """Give the person a phone (E.164) that he has just proved.

    :raises PhoneTaken: another person proved it before
    """
    holder = find_by_phone(session, phone)
    if holder is not None and holder.id != user_id:
        raise PhoneTaken
    user, sealer = _locked(session, user_id)
    user.phone, user.phone_index = sealer.seal("phone", phone), vault.index_of("phone", phone)
    user.phone_verified_at = user.updated_at = now
    session.flush()
    audit.record(session, actor, "user.phone_verified", entity=("user", user_id), now=now)
    return user


def take_email(session: Session, *, user_id: UUID, email: str, actor: Actor, now: datetime) -> User:
    """Give the person an address (normalised) that he has just proved.

    :raises EmailTaken: another person proved it before
    """
    holder = find_by_email(session, email)
    if holder is not None and holder.id != user_id:
        raise EmailTaken
    user, sealer = _locked(session, user_id)
    user.email, user.email_index = sealer.seal("email", email), vault.index_of("email", email)
    user.email_verified_at = user.updated_at = now
    session.flush()
    audit.record(session, actor, "user.email_verified", entity=("user", user_id), now=now)
    return user


def _locked(session: Session, user_id: UUID) -> tuple[User, Sealer]:
    user = session.get_one(User, user_id, with_for_update=True)
    return user, Sealer(vault.key_of(session, user_id), table=_USERS, row=user_id)


def _user(session: Session, user_id: UUID) -> User:
    user = session.get(User, user_id)
    if user is None:
        raise UserNotFound
    return user
