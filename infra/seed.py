"""Put an approved agency into a local database, so that there is somebody to sign in as, and an operator.

python -m infra.seed    with DATABASE_URL, the service's keys, SEED_ADMIN_EMAIL and SEED_ADMIN_PASSWORD;
                        for an operator also SEED_OPERATOR_EMAIL, …_PASSWORD and …_TOTP_SECRET (base32)

Safe to repeat, also with another address: that makes another admin, or makes one of whoever has the address. The first
admin's phone is typed in and not verified: he proves it himself, as everybody does; the next ones have none.
"""

import sys
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from shared.audit.service import SYSTEM
from shared.auth import staff
from shared.auth.staff_models import StaffMember, StaffRole
from shared.config import auth
from shared.config import environment as env
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.kernel.contacts import normal_email
from shared.kernel.tax import TaxRegime
from shared.organizations import service as organizations
from shared.organizations.models import MemberRole, Organization
from shared.security.passwords import hash_password, password_matches
from shared.users import consents, profiles
from shared.users import service as users
from shared.users.consent_kinds import ConsentKind
from shared.users.models import User
from shared.vault import service as vault

AGENCY_INN: Final = "7701123451"
PHONE: Final = "+79161112233"
_CONSENTS: Final = frozenset({ConsentKind.PERSONAL_DATA, ConsentKind.TERMS, ConsentKind.AGENCY_OFFER})
_LEAST_PASSWORD_LENGTH: Final = 8


def seed(session: Session, *, email: str, password: str, now: datetime) -> UUID:
    """The agency's id; what is there already is kept, but for the password, which becomes the given one."""
    admin = users.find_by_email(session, email)
    if admin is None:
        admin = _admin(session, email, now)
    cost = auth.load().bcrypt_cost
    if not password_matches(password, admin.password_hash, cost=cost):
        admin.password_hash = hash_password(password, cost=cost)
    agency = session.scalars(
        select(Organization).where(Organization.inn_index.in_(vault.indexes_of("inn", AGENCY_INN)))
    ).one_or_none()
    if agency is None:
        return _agency(session, admin, email, now)
    if not organizations.is_member(session, agency.id, admin.id, member_role=MemberRole.ADMIN):
        organizations.add_member(session, agency.id, admin.id, MemberRole.ADMIN, actor=SYSTEM, now=now)
    if not organizations.is_member(session, agency.id, admin.id, member_role=MemberRole.SIGNER):
        _sign_for(session, agency.id, admin.id, now)
    return agency.id


def _admin(session: Session, email: str, now: datetime) -> User:
    taken = session.scalar(select(exists().where(User.phone_index.in_(vault.indexes_of("phone", PHONE)))))
    admin = users.create(session, email=email, email_verified_at=now, phone=None if taken else PHONE, now=now)
    profiles.update(
        session,
        actor=SYSTEM,
        user_id=admin.id,
        changes={"full_name": "Кузнецов Пётр Андреевич", "city": "Москва"},
        now=now,
    )
    consents.give(
        session,
        user_id=admin.id,
        kinds=_CONSENTS,
        ip="127.0.0.1",
        user_agent="infra.seed",
        now=now,
    )
    return admin


def _agency(session: Session, admin: User, email: str, now: datetime) -> UUID:
    agency = organizations.register_agency(
        session,
        name="Общество с ограниченной ответственностью «Дом и ключи»",
        short_name="ООО «Дом и ключи»",
        inn=AGENCY_INN,
        kpp="770101001",
        ogrn="1247700543210",
        legal_address="101000, г. Москва, ул. Мясницкая, д. 10, помещ. 3",
        city="Москва",
        tax_regime=TaxRegime.OSN,
        email=email,
        phone=PHONE,
        admin_id=admin.id,
        actor=SYSTEM,
        now=now,
    )
    organizations.approve(session, agency.id, actor=SYSTEM, now=now)
    _sign_for(session, agency.id, admin.id, now)
    return agency.id


def _sign_for(session: Session, agency_id: UUID, user_id: UUID, now: datetime) -> None:
    organizations.add_signer(
        session,
        agency_id,
        user_id,
        position="Генеральный директор",
        basis="Устав",
        checked=True,
        actor=SYSTEM,
        now=now,
    )


def _operator() -> str | None:
    """How the operator that the settings name signs in; one who is there already with them is kept."""
    given = env.optional("SEED_OPERATOR_EMAIL")
    if given is None:
        return None
    email, password = normal_email(given), env.text("SEED_OPERATOR_PASSWORD")
    secret, now, cost = env.text("SEED_OPERATOR_TOTP_SECRET"), utc_now(), auth.load().bcrypt_cost
    with transaction() as session:
        user = users.find_by_email(session, email)
        member = None if user is None else session.get(StaffMember, user.id)
        known = (
            user is not None
            and member is not None
            and member.disabled_at is None
            and staff.totp_secret(session, member) == secret
            and password_matches(password, user.password_hash, cost=cost)
        )
        if not known:
            staff.employ(
                session,
                email=email,
                role=StaffRole.OPERATOR,
                password_hash=hash_password(password, cost=cost),
                totp_secret=secret,
                actor=SYSTEM,
                now=now,
            )
    return f"Operator: sign in as {email} with {password} and a code of the TOTP secret {secret}"


def main() -> int:
    if env.is_production():
        sys.stderr.write("infra.seed makes up people: it doesn't run in production.\n")
        return 1
    try:
        email = normal_email(env.text("SEED_ADMIN_EMAIL"))
        password = env.text("SEED_ADMIN_PASSWORD")
    except (env.SettingsError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if len(password) < _LEAST_PASSWORD_LENGTH:
        sys.stderr.write(f"SEED_ADMIN_PASSWORD must have {_LEAST_PASSWORD_LENGTH} characters at least.\n")
        return 1
    with transaction() as session:
        agency_id = seed(session, email=email, password=password, now=utc_now())
    print(f"Agency «Дом и ключи» {agency_id}: sign in as {email} with {password}")
    operator = _operator()
    if operator is not None:
        print(operator)
    return 0


if __name__ == "__main__":
    sys.exit(main())
