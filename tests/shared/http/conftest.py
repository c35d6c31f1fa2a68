import json
from collections.abc import Callable
from typing import Any

import pytest

from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.kernel.roles import Role
from tests.builders import people
from tests.functions.conftest import Call, Signed, call_function


@pytest.fixture
def call(database: object) -> Call:
    return call_function


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Callable[[], list[dict[str, Any]]]:
    """The log lines since the last reading."""
    return lambda: [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def signed_in(role: Role = Role.AGENT) -> Signed:
    """A person with every consent, through the door of his role."""
    now = utc_now()
    with transaction() as session:
        if role is Role.AGENCY_ADMIN:
            return people.sign_in(session, people.an_agency(session, now).admin, role, now)
        person = people.a_client(session, now) if role is Role.CLIENT else people.an_agent(session, now)
        return people.sign_in(session, person, role, now)


@pytest.fixture
def agent(database: object) -> Signed:
    return signed_in()


@pytest.fixture
def client(database: object) -> Signed:
    return signed_in(Role.CLIENT)
