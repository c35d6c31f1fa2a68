from uuid import uuid4

import pytest

from functions.payments.list.handler import app
from shared.kernel.money import Money
from shared.kernel.roles import Role
from tests.functions.conftest import Call
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.steps import pay_step
from tests.shared.payments.world import Cast, a_cast, sign_in


@pytest.fixture
def cast(database: object) -> Cast:
    cast = a_cast(steps=[Money(100_00), Money(200_00)])
    for step_no in (1, 2):
        pay_step(FakeCollector(), cast, step_no)
    return cast


class TestListPayments:
    def test_newest_first_page_by_page(self, call: Call, cast: Cast) -> None:
        agent = sign_in(cast.agent_id, Role.AGENT)

        first = call(app, as_=agent, query={"size": "1"}).json
        second = call(app, as_=agent, query={"size": "1", "page": "2"}).json

        assert (first["total"], first["items"][0]["step_no"]) == (2, 2)
        assert second["items"][0]["step_no"] == 1

    def test_of_one_deal(self, call: Call, cast: Cast) -> None:
        client = sign_in(cast.client_id, Role.CLIENT)

        assert call(app, as_=client, query={"deal_id": str(cast.deal_id)}).json["total"] == 2
        assert call(app, as_=client, query={"deal_id": str(uuid4())}).json["total"] == 0
        assert call(app, as_=client, query={"deal_id": "42"}).status == 422
        assert call(app, as_=client, query={"size": "101"}).status == 422

    def test_strangers_see_none(self, call: Call, cast: Cast) -> None:
        stranger = sign_in(a_cast().agent_id, Role.AGENT)

        reply = call(app, as_=stranger, query={"deal_id": str(cast.deal_id)})

        assert (reply.status, reply.json["items"], reply.json["total"]) == (200, [], 0)
