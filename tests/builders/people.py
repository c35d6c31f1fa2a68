"""People and agencies ready to work with: written through the domain's own functions, committed by the test."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import count
from uuid import UUID

from sqlalchemy.orm import Session
from stdnum.ru import inn

from shared.audit.service import SYSTEM
from shared.auth import sessions, staff
from shared.auth.staff_models import StaffMember, StaffRole
from shared.config import auth
from shared.kernel.roles import Role
from shared.kernel.tax import TaxRegime
from shared.organizations import payout_accounts
from shared.organizations import service as organizations
from shared.security.passwords import hash_password
from shared.users import agreements, consents, profiles
from shared.users import service as users
from shared.users.consent_kinds import required
from shared.users.models import TaxStatus
from shared.vault import service as vault
from shared.vault.service import Sealer
from tests.functions.conftest import Signed

PASSWORD = "правильная лошадь батарея"
BANK_ID = "100000000111"
PEER = {"ip": "127.0.0.1", "user_agent": "pytest"}

_numbers = count(1)


@dataclass(frozen=True)
class Person:
    id: UUID
    full_name: str
    phone: str | None
    email: str | None
    inn: str | None = None


@dataclass(frozen=True)
class Agency:
    id: UUID
    short_name: str
    inn: str
    #: admin and signer; signs in with ``PASSWORD``
    admin: Person


@dataclass(frozen=True)
class Staff:
    person: Person
    #: base32
    totp_secret: str
    recovery_codes: tuple[str, ...]


def a_phone() -> str:
    return f"+7916{next(_numbers):07d}"


def an_email() -> str:
    return f"person-{next(_numbers)}@example.ru"


def a_person_inn() -> str:
    start = f"77{next(_numbers):08d}"
    return start + inn.calc_personal_check_digits(start)


def a_company_inn() -> str:
    start = f"77{next(_numbers):07d}"
    return start + inn.calc_company_check_digit(start)


def an_agent(
    session: Session,
    now: datetime,
    *,
    full_name: str = "Иванова Мария Петровна",
    tax_status: TaxStatus | None = TaxStatus.SELF_EMPLOYED,
    payable: bool = True,
    may_sign: bool = True,
) -> Person:
    """An active agent with a verified phone and a whole profile.

    :param payable: he has an account for payouts
    :param may_sign: he has accepted the agreement on electronic signatures
    """
    phone, number = a_phone(), a_person_inn()
    user = users.create(session, phone=phone, phone_verified_at=now, now=now)
    profiles.update(
        session,
        actor=SYSTEM,
        user_id=user.id,
        changes={
            "full_name": full_name,
            "inn": number,
            "city": "Москва",
            "tax_status": tax_status,
            "address": "125009, г. Москва, ул. Тверская, д. 1, кв. 2",
        },
        now=now,
    )
    _consent(session, user.id, Role.AGENT, now)
    if may_sign:
        accept_agreement(session, user.id, now)
    if payable:
        payout_accounts.add_sbp_phone(session, user_id=user.id, bank_id=BANK_ID, actor=SYSTEM, now=now)
    session.flush()
    return Person(user.id, full_name, phone, None, number)


def a_client(
    session: Session,
    now: datetime,
    *,
    full_name: str = "Соколова Анна Петровна",
    phone: str | None = None,
    may_sign: bool = True,
) -> Person:
    """An active client with a verified e-mail; with a verified phone if ``may_sign`` or ``phone`` says so."""
    email, phone = an_email(), phone or (a_phone() if may_sign else None)
    user = users.create(session, email=email, email_verified_at=now, now=now)
    if phone is not None:
        users.take_phone(session, user_id=user.id, phone=phone, actor=SYSTEM, now=now)
    profiles.update(session, actor=SYSTEM, user_id=user.id, changes={"full_name": full_name}, now=now)
    _consent(session, user.id, Role.CLIENT, now)
    if may_sign:
        accept_agreement(session, user.id, now)
    session.flush()
    return Person(user.id, full_name, phone, email)


def an_agency(
    session: Session,
    now: datetime,
    *,
    tax_regime: TaxRegime = TaxRegime.OSN,
    approved: bool = True,
    may_sign: bool = True,
) -> Agency:
    """An approved agency on VAT whose admin is its checked signer."""
    email, phone, name = an_email(), a_phone(), "Кузнецов Пётр Андреевич"
    admin = users.create(session, email=email, email_verified_at=now, password_hash=_password_hash(), now=now)
    users.take_phone(session, user_id=admin.id, phone=phone, actor=SYSTEM, now=now)
    profiles.update(session, actor=SYSTEM, user_id=admin.id, changes={"full_name": name}, now=now)
    _consent(session, admin.id, Role.AGENCY_ADMIN, now)
    number = a_company_inn()
    agency = organizations.register_agency(
        session,
        name="Общество с ограниченной ответственностью «Дом и ключи»",
        short_name="ООО «Дом и ключи»",
        inn=number,
        kpp="770101001",
        ogrn="1247700543210",
        legal_address="101000, г. Москва, ул. Мясницкая, д. 10, помещ. 3",
        city="Москва",
        tax_regime=tax_regime,
        email=email,
        phone=phone,
        admin_id=admin.id,
        actor=SYSTEM,
        now=now,
    )
    if approved:
        organizations.approve(session, agency.id, actor=SYSTEM, now=now)
    organizations.add_signer(
        session,
        agency.id,
        admin.id,
        position="Генеральный директор",
        basis="Устав",
        checked=True,
        actor=SYSTEM,
        now=now,
    )
    if may_sign:
        accept_agreement(session, admin.id, now)
    session.flush()
    return Agency(agency.id, agency.short_name, number, Person(admin.id, name, phone, email))


def a_member_of_staff(session: Session, now: datetime, role: StaffRole = StaffRole.OPERATOR) -> Staff:
    """One who works for the platform; signs in with ``PASSWORD`` and a code of his secret."""
    email = an_email()
    factor = staff.employ(
        session,
        email=email,
        role=role,
        password_hash=_password_hash(),
        totp_secret=staff.new_totp_secret(),
        actor=SYSTEM,
        now=now,
    )
    user = users.find_by_email(session, email)
    assert user is not None
    person = Person(user.id, "", None, email)
    return Staff(person, factor.totp_secret, tuple(factor.recovery_codes))


def sign_in(session: Session, person: Person, role: Role, now: datetime) -> Signed:
    """A session through the door of ``role``; what a test passes as ``as_``. A session of staff makes him staff."""
    if role in {Role.OPERATOR, Role.ADMIN}:
        _employed(session, person.id, StaffRole(role.value), now)
    pair = sessions.open_session(session, user_id=person.id, role=role, now=now, **PEER)
    return Signed(pair.access_token, person.id)


def accept_agreement(session: Session, user_id: UUID, now: datetime) -> None:
    current = agreements.current()
    agreements.accept(
        session,
        user_id=user_id,
        version=current.version,
        sha256_hex=current.sha256.hex(),
        now=now,
        **PEER,
    )


def _consent(session: Session, user_id: UUID, role: Role, now: datetime) -> None:
    consents.give(session, user_id=user_id, kinds=required(role), now=now, **PEER)


def _employed(session: Session, user_id: UUID, role: StaffRole, now: datetime) -> None:
    member = session.get(StaffMember, user_id)
    if member is None:
        sealer = Sealer(vault.key_of(session, user_id), table="staff_members", row=user_id)
        secret = sealer.seal("totp_secret", staff.new_totp_secret())
        member = StaffMember(user_id=user_id, role=role, totp_secret=secret, created_at=now)
        session.add(member)
    member.role = role
    session.flush()


@cache
def _password_hash() -> str:
    return hash_password(PASSWORD, cost=auth.load().bcrypt_cost)
