"""Two agencies, their agents and clients, and staff: one of everything that an operation may be asked about.

Everything exists three times: the caller's own, a colleague's of the same agency, a foreign agency's; and once as an
id that nobody has (or has any more).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.db.session import Transactions, transaction
from shared.deals import parties
from shared.deals.models import Deal, DealStatus
from shared.kernel.clock import utc_now
from shared.kernel.roles import Role
from shared.organizations import subcontracts
from shared.payments.models import Payment
from shared.payouts import release
from tests.builders import people
from tests.builders.deals import PEER, KeptFiles, a_deal, render, submit
from tests.builders.people import Agency, Person
from tests.functions.conftest import Signed
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.steps import pay_step
from tests.shared.payments.world import Cast


class Relation(StrEnum):
    """Of an object to the caller."""

    OWN = "own"
    SAME_AGENCY = "same agency"
    FOREIGN = "foreign"
    #: was there once
    DELETED = "deleted"
    #: an id that nobody has ever had
    ABSENT = "absent"


@dataclass(frozen=True)
class Case:
    """A deal with everything that hangs on it."""

    agency: Agency
    agent: Person
    client: Person
    deal_id: UUID
    document_id: UUID
    intent_id: UUID
    payment_id: UUID


@dataclass(frozen=True)
class World:
    cases: dict[Relation, Case]
    callers: dict[Role, Signed]
    #: an agent who belongs to no agency
    free_agent: Person

    def signer_of(self, organization_id: str) -> UUID:
        return next(
            case.agency.admin.id for case in self.cases.values() if str(case.agency.id) == organization_id
        )


def build(now: datetime) -> World:
    """Write the world into the product's database."""
    with transaction() as session:
        mine, theirs = people.an_agency(session, now), people.an_agency(session, now)
        agents = {
            Relation.OWN: _agent(session, mine, now),
            Relation.SAME_AGENCY: _agent(session, mine, now),
            Relation.FOREIGN: _agent(session, theirs, now),
        }
    houses = {Relation.OWN: mine, Relation.SAME_AGENCY: mine, Relation.FOREIGN: theirs}
    cases = {relation: _case(houses[relation], agent, now) for relation, agent in agents.items()}
    release.release_due(Transactions(), now=utc_now())
    with transaction() as session:
        callers = _callers(session, cases[Relation.OWN], now)
        return World(cases, callers, people.an_agent(session, now))


def _agent(session: Session, agency: Agency, now: datetime) -> Person:
    agent = people.an_agent(session, now)
    assert agent.phone is not None
    offered = subcontracts.open_subcontract(
        session, organization_id=agency.id, agent_phone=agent.phone, share_bps=7_000, actor=PEER, now=now
    )
    subcontracts.mark_signed(session, offered.id, now)
    return agent


def _case(agency: Agency, agent: Person, now: datetime) -> Case:
    with transaction() as session:
        client = people.a_client(session, now)
        assert client.phone is not None
        deal = a_deal(session, now, agent=agent, client=client, agency=agency)
        document = submit(session, deal, agent, now)
        parties.attach(session, user_id=client.id, phone=client.phone, actor=PEER, now=now)
    render(document.id, KeptFiles(), now)
    with transaction() as session:
        signed = session.get_one(Deal, deal.id)
        signed.status, signed.signed_at = DealStatus.SIGNED, now
    cast = Cast(deal.id, agent.id, client.id, agency.id, agency.admin.id)
    intent = pay_step(FakeCollector(), cast)
    with transaction() as session:
        payment_id = session.scalars(select(Payment.id).where(Payment.intent_id == intent.id)).one()
    return Case(agency, agent, client, deal.id, document.id, intent.id, payment_id)


def _callers(session: Session, own: Case, now: datetime) -> dict[Role, Signed]:
    return {
        Role.CLIENT: people.sign_in(session, own.client, Role.CLIENT, now),
        Role.AGENT: people.sign_in(session, own.agent, Role.AGENT, now),
        Role.AGENCY_ADMIN: people.sign_in(session, own.agency.admin, Role.AGENCY_ADMIN, now),
        Role.OPERATOR: _staff(session, Role.OPERATOR, now),
        Role.ADMIN: _staff(session, Role.ADMIN, now),
    }


def _staff(session: Session, role: Role, now: datetime) -> Signed:
    return people.sign_in(session, people.a_member_of_staff(session, now).person, role, now)
