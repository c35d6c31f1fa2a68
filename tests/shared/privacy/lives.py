"""People with everything that a product can know of them."""

import json
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from shared.audit.service import SYSTEM
from shared.auth import codes, sessions
from shared.auth.contact_models import ContactChange
from shared.auth.models import CodeChannel, CodePurpose
from shared.auth.registration_models import Registration
from shared.idempotency import service as idempotency
from shared.kernel.identifiers import new_id
from shared.kernel.roles import Role
from shared.organizations import invitations
from shared.organizations.models import MemberRole
from shared.users import profiles
from shared.users import service as users
from shared.users.models import User
from shared.vault import service as vault
from shared.vault.models import KeyOwner
from shared.vault.service import Sealer
from tests.builders import people
from tests.builders.people import Person
from tests.shared.payments.world import a_binding

PASSPORT = {
    "series": "4514",
    "number": "987654",
    "issued_on": "2016-05-21",
    "issued_by": "ОВД Хамовники г. Москвы",
    "department_code": "770-099",
}
ADDRESS = "630000, г. Новосибирск, ул. Мира, д. 7"
OLD_PHONE = "+79990001122"


class Life(NamedTuple):
    person: Person
    phone: str
    email: str
    inn: str

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every personal text of him, also as JSON has it."""
        plain = (self.person.full_name, self.phone, self.email, self.inn, ADDRESS, "987654", OLD_PHONE)
        return (*plain, *(json.dumps(each).strip('"') for each in plain))

    @property
    def indexes(self) -> dict[str, str]:
        return {"phone": self.phone, "email": self.email, "inn": self.inn, "passport": "4514987654"}


def a_life(session: Session, now: datetime, *, full_name: str = "Лисицына Ольга Юрьевна") -> Life:
    """An agent whose profile is whole, with traces in every table that a person without deals leaves."""
    agent = people.an_agent(session, now, full_name=full_name)
    assert agent.phone is not None
    assert agent.inn is not None
    email = people.an_email()
    user = session.get_one(User, agent.id)
    sealer = Sealer(vault.key_of(session, user.id), table="users", row=user.id)
    user.email, user.email_index = sealer.seal("email", email), vault.index_of("email", email)
    user.email_verified_at = now
    profiles.update(
        session,
        actor=SYSTEM,
        user_id=agent.id,
        changes={"passport": PASSPORT, "address": ADDRESS},
        now=now,
    )
    session.add(a_binding(session, agent.id, agent.inn, now=now))
    session.flush()
    life = Life(agent, agent.phone, email, agent.inn)
    _traces(session, life, now)
    return life


def _traces(session: Session, life: Life, now: datetime) -> None:
    sessions.open_session(session, user_id=life.person.id, role=Role.AGENT, now=now, **people.PEER)
    codes.issue(
        session,
        purpose=CodePurpose.SIGN_IN_AGENT,
        channel=CodeChannel.SMS,
        address=life.phone,
        user_id=None,
        bound_to="",
        ip="127.0.0.1",
        now=now,
    )
    _stored_answer(session, life, now)
    _registration(session, life, now)
    _former_phone(session, life.person.id, now)
    agency = people.an_agency(session, now)
    for email, phone in ((life.email, None), (None, life.phone)):
        invitations.invite(
            session,
            organization_id=agency.id,
            member_role=MemberRole.ACCOUNTANT,
            email=email,
            phone=phone,
            actor=SYSTEM,
            now=now,
        )
    session.flush()


def _stored_answer(session: Session, life: Life, now: datetime) -> None:
    record = idempotency.begin(
        session,
        scope=f"{life.person.id} PATCH /users/me",
        key="one-of-his-keys",
        content_hash=b"x" * 32,
        lease=False,
        now=now,
    )
    assert isinstance(record, UUID)
    idempotency.finish(session, record, status=200, headers={}, body=json.dumps([life.phone, ADDRESS]))


def _registration(session: Session, life: Life, now: datetime) -> None:
    registration_id = new_id()
    sealer = Sealer(
        vault.create_key(session, registration_id, KeyOwner.RECORD, now=now),
        table=Registration.__tablename__,
        row=registration_id,
    )
    session.add(
        Registration(
            id=registration_id,
            phone_index=vault.index_of("phone", life.phone),
            details=sealer.seal("details", json.dumps({"name": life.person.full_name})),
            consents=[],
            created_at=now,
            expires_at=now + timedelta(days=1),
            **people.PEER,
        )
    )


def _former_phone(session: Session, user_id: UUID, now: datetime) -> None:
    change_id = new_id()
    sealer = Sealer(vault.key_of(session, user_id), table=ContactChange.__tablename__, row=change_id)
    phone = users.contacts_of(session, user_id).phone
    assert phone is not None
    session.add(
        ContactChange(
            id=change_id,
            user_id=user_id,
            channel=CodeChannel.SMS,
            old_address=sealer.seal("old_address", OLD_PHONE),
            new_address=sealer.seal("new_address", phone),
            new_address_index=vault.index_of("phone", phone),
            created_at=now,
            made_at=now,
        )
    )
