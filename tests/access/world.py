"""Two agencies, their agents and clients, and staff: one of everything that an operation may be asked about.

Everything exists three times: the caller's own, a colleague's of the same agency, a foreign agency's; and once as an
id that nobody has (or has any more).
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.auth.staff_models import StaffMember, StaffRole
from shared.db.session import transaction
from shared.deals import parties
from shared.deals.models import Deal, DealStatus
from shared.kernel.identifiers import new_id
from shared.kernel.roles import Role
from shared.organizations import subcontracts
from shared.payments.models import Payment
from shared.users import consents
from shared.users import service as users
from shared.users.consent_kinds import required
from shared.vault import service as vault
from shared.vault.service import Sealer
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
    DELETED = "deleted"


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
    #: values of a path's parameters that name no object of somebody's
    words: dict[str, str] = field(default_factory=dict)
    #: (parameters of a path, joined by a comma) -> relation -> their values
    objects: dict[str, dict[Relation, dict[str, str]]] = field(default_factory=dict)

    def values(self, parameters: tuple[str, ...], relation: Relation) -> dict[str, str] | None:
        """Of the path's parameters for an object of that relation; None where nothing can have it.

        :raises KeyError: nobody has taught the world about such a path
        """
        if all(name in self.words for name in parameters):
            return {name: self.words[name] for name in parameters} if relation is Relation.OWN else None
        return self.objects[",".join(parameters)].get(relation)


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
    with transaction() as session:
        callers = _callers(session, cases[Relation.OWN], now)
        free_agent = people.an_agent(session, now)
    world = World(cases, callers, free_agent)
    _describe(world)
    return world


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
    user = users.create(session, email=people.an_email(), email_verified_at=now, now=now)
    sealer = Sealer(vault.key_of(session, user.id), table="staff_members", row=user.id)
    session.add(
        StaffMember(
            user_id=user.id,
            role=StaffRole(role),
            totp_secret=sealer.seal("totp_secret", "JBSWY3DPEHPK3PXP"),
            created_at=now,
        )
    )
    session.flush()
    consents.give(session, user_id=user.id, kinds=required(role), now=now, **people.PEER)
    return people.sign_in(session, Person(user.id, "", None, None), role, now)


def _describe(world: World) -> None:
    for parameter in ("deal_id", "document_id", "intent_id", "payment_id"):
        world.objects[parameter] = {
            relation: {parameter: str(getattr(case, parameter))} for relation, case in world.cases.items()
        } | {Relation.DELETED: {parameter: str(new_id())}}
    world.objects["organization_id"] = {
        relation: {"organization_id": str(case.agency.id)} for relation, case in world.cases.items()
    } | {Relation.DELETED: {"organization_id": str(new_id())}}
    world.objects["user_id"] = {
        relation: {"user_id": str(case.agent.id)} for relation, case in world.cases.items()
    } | {Relation.DELETED: {"user_id": str(new_id())}}
    world.words.update({"kind": "personal_data", "name": "personal_data", "provider": "yookassa"})
