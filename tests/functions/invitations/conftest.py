from typing import NamedTuple

import pytest

from shared.audit.service import Actor
from shared.config import secrets
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.kernel.roles import Role
from shared.organizations import invitations
from shared.organizations.models import MemberRole
from shared.organizations.terms import Terms
from shared.security.codes import new_token, token_hash
from tests.builders import people
from tests.builders.people import Agency, Person
from tests.functions.conftest import Signed


class Invited(NamedTuple):
    """An agent who has been sent ``token`` by an agency; somebody else is signed in too."""

    agency: Agency
    token: str
    agent: Person
    as_agent: Signed
    stranger: Signed


@pytest.fixture
def invited(database: object) -> Invited:
    now, token = utc_now(), new_token()
    with transaction() as session:
        agency, agent = people.an_agency(session, now), people.an_agent(session, now)
        stranger = people.an_agent(session, now)
        invitation = invitations.invite(
            session,
            organization_id=agency.id,
            member_role=MemberRole.AGENT,
            phone=agent.phone,
            terms=Terms(share_bps=6_500),
            actor=Actor(agency.admin.id),
            now=now,
        )
        invitation.token_hash = token_hash(secrets.code_key(), token)  # as if it had been sent
        return Invited(
            agency,
            token,
            agent,
            people.sign_in(session, agent, Role.AGENT, now),
            people.sign_in(session, stranger, Role.AGENT, now),
        )
