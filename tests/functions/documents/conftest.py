from dataclasses import dataclass

import pytest
from sqlalchemy.orm import Session

from shared.documents import reading
from shared.kernel.clock import utc_now
from shared.kernel.roles import Role
from tests.builders.people import an_agent, sign_in
from tests.functions.conftest import Signed
from tests.shared.signatures.conftest import Contract, a_contract


@dataclass(frozen=True)
class Desk:
    """A contract that can be read, and its people signed in."""

    contract: Contract
    agent: Signed
    signer: Signed
    client: Signed
    stranger: Signed


@pytest.fixture
def desk(app: Session) -> Desk:
    now = utc_now()
    contract = a_contract(app, at=now)
    crew = contract.crew
    signed_in = Desk(
        contract,
        sign_in(app, crew.agent, Role.AGENT, now),
        sign_in(app, crew.agency.admin, Role.AGENCY_ADMIN, now),
        sign_in(app, contract.client, Role.CLIENT, now),
        sign_in(app, an_agent(app, now), Role.AGENT, now),
    )
    app.commit()
    return signed_in


@pytest.fixture
def opened(app: Session, desk: Desk) -> Desk:
    """The client and the agency's signer have opened the file."""
    for viewer in (desk.contract.as_client, desk.contract.as_signer):
        reading.open_file(app, desk.contract.id, viewer, now=utc_now())
    app.commit()
    return desk
