import pytest
from sqlalchemy.orm import Session

from functions.deals.act_object.handler import app as object_to_act
from shared.kernel.clock import utc_now
from shared.kernel.roles import Role
from tests.builders.people import sign_in
from tests.functions.conftest import Call
from tests.functions.deals.conftest import People
from tests.shared.signatures.acts import a_performed

BODY = {"objection": "Передаточный акт не подготовлен."}


class TestObjectingToTheAct:
    def test_settles_it(self, call: Call, app: Session) -> None:
        performed = a_performed(app)
        performed.offered(utc_now())
        client = sign_in(app, performed.contract.client, Role.CLIENT, utc_now())
        app.commit()
        deal_id = str(performed.cast.deal_id)

        reply = call(object_to_act, as_=client, deal_id=deal_id, body=BODY)

        assert (reply.status, reply.json["status"]) == (200, "in_progress")
        again = call(object_to_act, as_=client, deal_id=deal_id, body=BODY)
        assert (again.status, again.code) == (409, "nothing_to_accept")

    @pytest.mark.parametrize("body", [{}, {"objection": ""}, {"objection": 5}])
    def test_needs_words(self, call: Call, people: People, deal_id: str, body: dict[str, object]) -> None:
        assert call(object_to_act, as_=people.as_client, deal_id=deal_id, body=body).code == "invalid_fields"

    def test_is_closed_to_the_agent(self, call: Call, people: People, deal_id: str) -> None:
        assert call(object_to_act, as_=people.agent, deal_id=deal_id, body=BODY).status == 403
