"""A populated database: every kind of row that has a blind index, of people whose data the test knows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from shared.audit.service import SYSTEM, Actor
from shared.auth import codes, contact_changes
from shared.auth.models import CodeChannel, CodePurpose
from shared.db.session import transaction
from shared.organizations import invitations
from shared.organizations.models import MemberRole
from shared.users import profiles
from tests.builders import people
from tests.builders.deals import a_deal
from tests.builders.people import Agency, Person
from tests.shared.payments.world import a_binding

PASSPORT: Final = {
    "series": "4512",
    "number": "123456",
    "issued_on": "2015-04-20",
    "issued_by": "ОВД района Тверской г. Москвы",
    "department_code": "770-053",
}


@dataclass(frozen=True)
class Town:
    """Each agent is bound to the tax service by his INN and has a deal with the client of the same place.

    The first agent may come back through another address that an operator opened for him.
    """

    agents: list[Person]
    clients: list[Person]
    agencies: list[Agency]
    #: addresses that were invited or opened for somebody, and are nobody's proved ones yet
    typed_in: list[str]

    @property
    def people(self) -> list[Person]:
        return [*self.agents, *self.clients, *(agency.admin for agency in self.agencies)]

    @property
    def phones(self) -> list[str]:
        return [person.phone for person in self.people if person.phone is not None]

    @property
    def emails(self) -> list[str]:
        return [*(person.email for person in self.people if person.email is not None), *self.typed_in]

    @property
    def inns(self) -> list[str]:
        return [
            *(agent.inn for agent in self.agents if agent.inn is not None),
            *(each.inn for each in self.agencies),
        ]


def a_town(now: datetime, *, size: int) -> Town:
    """``size`` agents, as many clients with a deal each, half as many agencies; committed."""
    with transaction() as session:
        agents = [_agent(session, now) for _ in range(size)]
        clients = [people.a_client(session, now) for _ in range(size)]
        agencies = [people.an_agency(session, now) for _ in range(max(1, size // 2))]
        for agent, client in zip(agents, clients, strict=True):
            a_deal(session, now, agent=agent, client=client)
            _code(session, client, now)
        typed_in = [_recovery(session, agents[0], clients[0], now)]
        typed_in += [_invitation(session, agency, now) for agency in agencies]
    return Town(agents, clients, agencies, typed_in)


def _agent(session: Session, now: datetime) -> Person:
    agent = people.an_agent(session, now)
    assert agent.inn is not None
    profiles.update(session, actor=SYSTEM, user_id=agent.id, changes={"passport": PASSPORT}, now=now)
    session.add(a_binding(session, agent.id, agent.inn, now=now))
    return agent


def _code(session: Session, client: Person, now: datetime) -> None:
    assert client.email is not None
    codes.issue(
        session,
        purpose=CodePurpose.SIGN_IN_CLIENT,
        channel=CodeChannel.EMAIL,
        address=client.email,
        user_id=client.id,
        bound_to="",
        ip="127.0.0.1",
        now=now,
    )


def _recovery(session: Session, lost: Person, operator: Person, now: datetime) -> str:
    email = people.an_email()
    contact_changes.open_recovery(
        session,
        user_id=lost.id,
        channel=CodeChannel.EMAIL,
        address=email,
        reason="Потерян телефон, личность проверена по видеосвязи.",
        actor=Actor(operator.id, "127.0.0.1", "pytest"),
        now=now,
    )
    return email


def _invitation(session: Session, agency: Agency, now: datetime) -> str:
    email = people.an_email()
    invitations.invite(
        session, organization_id=agency.id, member_role=MemberRole.ADMIN, email=email, actor=SYSTEM, now=now
    )
    return email
