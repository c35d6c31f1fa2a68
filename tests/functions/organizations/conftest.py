from typing import NamedTuple

import pytest

from shared.audit.service import SYSTEM
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.kernel.roles import Role
from shared.organizations import service as organizations
from shared.organizations.models import MemberRole
from tests.builders import people
from tests.builders.people import Agency, Person
from tests.functions.conftest import Signed


class Office(NamedTuple):
    """An agency with its admin signed in, an agent of it, and another agency's admin."""

    agency: Agency
    admin: Signed
    agent: Person
    as_agent: Signed
    stranger: Signed


@pytest.fixture
def office(database: object) -> Office:
    now = utc_now()
    with transaction() as session:
        agency, other = people.an_agency(session, now), people.an_agency(session, now)
        agent = people.an_agent(session, now)
        organizations.add_member(session, agency.id, agent.id, MemberRole.AGENT, actor=SYSTEM, now=now)
        return Office(
            agency,
            people.sign_in(session, agency.admin, Role.AGENCY_ADMIN, now),
            agent,
            people.sign_in(session, agent, Role.AGENT, now),
            people.sign_in(session, other.admin, Role.AGENCY_ADMIN, now),
        )


@pytest.fixture
def operator(database: object) -> Signed:
    now = utc_now()
    with transaction() as session:
        return people.sign_in(session, people.a_client(session, now), Role.OPERATOR, now)
