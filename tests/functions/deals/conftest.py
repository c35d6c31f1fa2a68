from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy.orm import Session

from shared.kernel.clock import utc_now
from shared.kernel.roles import Role
from tests.builders.deals import Crew, a_crew, a_deal
from tests.builders.people import Person, a_client, an_agent, sign_in
from tests.functions.conftest import Signed


@dataclass(frozen=True)
class People:
    """A crew, a client and a stranger, all signed in."""

    crew: Crew
    client: Person
    agent: Signed
    admin: Signed
    as_client: Signed
    stranger: Signed


@pytest.fixture
def people(app: Session) -> People:
    now = utc_now()
    crew, client = a_crew(app, now), a_client(app, now)
    signed = People(
        crew,
        client,
        sign_in(app, crew.agent, Role.AGENT, now),
        sign_in(app, crew.agency.admin, Role.AGENCY_ADMIN, now),
        sign_in(app, client, Role.CLIENT, now),
        sign_in(app, an_agent(app, now), Role.AGENT, now),
    )
    app.commit()
    return signed


@pytest.fixture
def deal_id(app: Session, people: People) -> str:
    deal = a_deal(app, utc_now(), agent=people.crew.agent, client=people.client, agency=people.crew.agency)
    app.commit()
    return str(deal.id)


def a_request(people: People, **changes: Any) -> dict[str, Any]:
    """The body of POST /deals for an agency's deal."""
    return {
        "type": "secondary_sell",
        "executor": "org",
        "property": {"type": "apartment", "address": "г. Москва, ул. Лесная, д. 5", "city": "Москва"},
        "price_kopecks": 1_250_000_000,
        "commission": {"bps": 240},
        "plan": [{"amount_kopecks": 30_000_000, "trigger": "immediate", "release_rule": "immediate"}],
        "client": {"name": "Соколова Анна Петровна", "phone": people.client.phone},
        **changes,
    }
