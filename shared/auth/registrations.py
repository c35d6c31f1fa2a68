"""An agent tells of himself before he proves his phone; it counts once he does.

Whether the phone is known doesn't show: the answer and the work are the same, and nothing of a person who exists is
overwritten. What was told is sealed under a key of its own, and goes after a day.
"""

import json
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import Actor
from shared.auth.registration_models import Registration
from shared.kernel.identifiers import new_id
from shared.users import consents, profiles
from shared.users import service as users
from shared.users.consent_kinds import ConsentKind
from shared.users.models import TaxStatus, User
from shared.vault import service as vault
from shared.vault.models import KeyOwner
from shared.vault.service import Sealer

LIFETIME: Final = timedelta(hours=24)
_TABLE: Final = Registration.__tablename__


class Details(NamedTuple):
    """``email`` normalised; ``inn`` of a person, with valid control digits."""

    full_name: str
    email: str
    city: str | None
    self_employed: bool
    inn: str | None


def register(
    session: Session,
    *,
    phone: str,
    details: Details,
    kinds: AbstractSet[ConsentKind],
    ip: str,
    user_agent: str,
    now: datetime,
) -> UUID:
    """Keep what the agent told, for a day; the id that he gets if he is new.

    :param phone: E.164
    :param kinds: of the consents that he gave, the required ones among them
    """
    registration_id = new_id()
    key = vault.create_key(session, registration_id, KeyOwner.RECORD, now=now)
    sealer = Sealer(key, table=_TABLE, row=registration_id)
    registration = Registration(
        id=registration_id,
        phone_index=vault.index_of("phone", phone),
        details=sealer.seal("details", json.dumps(details._asdict())),
        consents=sorted(kinds),
        ip=ip,
        user_agent=user_agent,
        created_at=now,
        expires_at=now + LIFETIME,
    )
    session.add(registration)
    session.flush()
    actor = Actor(None, ip, user_agent)
    audit.record(session, actor, "registration.made", entity=("registration", registration_id), now=now)
    return registration.person_id


def waiting(
    session: Session, *, phone: str, person_id: UUID | None, ip: str, now: datetime
) -> Registration | None:
    """The newest live registration of a phone that was just proved: the named one, or one from the same address.

    Anybody may register anybody's phone: what a stranger told elsewhere is not taken for the owner's word.
    """
    query = select(Registration).where(
        Registration.phone_index.in_(vault.indexes_of("phone", phone)),
        Registration.expires_at > now,
        Registration.ip == ip if person_id is None else Registration.person_id == person_id,
    )
    newest = query.order_by(Registration.created_at.desc(), Registration.id.desc()).limit(1)
    return session.scalars(newest.with_for_update()).one_or_none()


def apply(session: Session, registration: Registration, *, phone: str, now: datetime) -> User:
    """Make the new person with what he told; his consents bear the time and the evidence of the registration.

    :raises PhoneTaken: he proved the phone elsewhere at this very moment
    """
    details = _details(session, registration)
    vault.destroy(session, [registration.id], now=now)
    session.delete(registration)
    user = users.create(
        session,
        user_id=registration.person_id,
        phone=phone,
        phone_verified_at=now,
        email=details.email,
        now=now,
    )
    actor = Actor(user.id, registration.ip, registration.user_agent)
    profiles.update(session, actor=actor, user_id=user.id, changes=_changes(details), now=now)
    consents.give(
        session,
        user_id=user.id,
        kinds={ConsentKind(kind) for kind in registration.consents},
        ip=registration.ip,
        user_agent=registration.user_agent,
        now=registration.created_at,
    )
    audit.record(session, actor, "registration.applied", entity=("user", user.id), now=now)
    return user


def _changes(details: Details) -> dict[str, str | dict[str, str] | None]:
    """The fields of the profile that were told."""
    told: dict[str, str | dict[str, str] | None] = {"full_name": details.full_name}
    if details.city is not None:
        told["city"] = details.city
    if details.inn is not None:
        told["inn"] = details.inn
    if details.self_employed:
        told["tax_status"] = TaxStatus.SELF_EMPLOYED
    return told


def _details(session: Session, registration: Registration) -> Details:
    sealer = Sealer(vault.key_of(session, registration.id), table=_TABLE, row=registration.id)
    return Details(**json.loads(sealer.open("details", registration.details)))
