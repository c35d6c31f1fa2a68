"""An agency registers: a pending organization and its admin, who signs in by the password and proves his contacts."""

from collections.abc import Set as AbstractSet
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import Actor
from shared.auth import notices, password_rules
from shared.config import auth
from shared.db.session import Transactions
from shared.kernel.roles import Role
from shared.organizations import invitations
from shared.organizations import service as organizations
from shared.organizations.models import MemberRole
from shared.security.passwords import hash_password
from shared.users import consents, profiles
from shared.users import service as users
from shared.users.consent_kinds import ConsentKind


def register(
    transactions: Transactions,
    *,
    inn: str,
    name: str,
    legal_address: str,
    contact_name: str,
    contact_phone: str,
    contact_email: str,
    password: str,
    kinds: AbstractSet[ConsentKind],
    ip: str,
    user_agent: str,
    now: datetime,
) -> UUID:
    """The organization's id.

    Where a person has proved the address, no second account is made and his password stays: he is invited there as the
    admin. The answer and the work are the same.

    :param inn: of a company, with valid control digits; phone and address normalised
    :raises WeakPassword: see ``password_rules.check``
    :raises OrganizationExists: the ИНН is taken
    """
    own = (contact_email, contact_name, contact_phone, name, inn)
    password_rules.check(password, role=Role.AGENCY_ADMIN, own=own)
    hashed = hash_password(password, cost=auth.load().bcrypt_cost)
    with transactions() as session:
        admin_id = None
        if users.find_by_email(session, contact_email) is None:
            contacts, peer = (contact_phone, contact_email), (ip, user_agent)
            admin_id = _new_admin(session, contacts, contact_name, hashed, kinds, peer, now)
        actor = Actor(admin_id, ip, user_agent)
        agency = organizations.register_agency(
            session,
            name=name,
            inn=inn,
            legal_address=legal_address,
            email=contact_email,
            phone=contact_phone,
            admin_id=admin_id,
            actor=actor,
            now=now,
        )
        if admin_id is None:
            _invite_admin(session, agency.id, contact_email, actor, now)
        else:
            notices.ask_about_person(session, notices.AGENCY_REGISTERED, admin_id, now=now)
        return agency.id


def _invite_admin(session: Session, organization_id: UUID, email: str, actor: Actor, now: datetime) -> None:
    invitations.invite(
        session,
        organization_id=organization_id,
        member_role=MemberRole.ADMIN,
        email=email,
        actor=actor,
        now=now,
    )


def _new_admin(
    session: Session,
    contacts: tuple[str, str],
    full_name: str,
    password_hash: str,
    kinds: AbstractSet[ConsentKind],
    peer: tuple[str, str],
    now: datetime,
) -> UUID:
    """An account whose contacts are typed in: they count once he proves them."""
    phone, email = contacts
    ip, user_agent = peer
    admin = users.create(session, phone=phone, email=email, password_hash=password_hash, now=now)
    actor = Actor(admin.id, ip, user_agent)
    audit.record(session, actor, "user.created", entity=("user", admin.id), now=now)
    profiles.update(session, actor=actor, user_id=admin.id, changes={"full_name": full_name}, now=now)
    consents.give(session, user_id=admin.id, kinds=kinds, ip=ip, user_agent=user_agent, now=now)
    return admin.id
