import pytest
from sqlalchemy.orm import Session

from functions.deals.complete.handler import app as complete
from shared.kernel.clock import utc_now
from shared.kernel.roles import Role
from tests.builders.people import sign_in
from tests.functions.conftest import Call
from tests.functions.deals.conftest import People
from tests.shared.signatures.acts import a_performed


@pytest.mark.usefixtures("no_queue")
class TestCompleteDeal:
    def test_orders_the_act_once_per_key(self, call: Call, app: Session) -> None:
        performed = a_performed(app)
        agent = sign_in(app, performed.contract.crew.agent, Role.AGENT, utc_now())
        app.commit()

        first, again = (
            call(complete, as_=agent, deal_id=str(performed.cast.deal_id), key="the-same") for _ in range(2)
        )

        assert first.status == 202
        assert (first.json["kind"], first.json["status"]) == ("act_of_completion", "rendering")
        assert [signer["side"] for signer in first.json["signers"]] == ["Исполнитель", "Заказчик"]
        assert again.json == first.json
        refused = call(complete, as_=agent, deal_id=str(performed.cast.deal_id))
        assert (refused.status, refused.code) == (409, "act_exists")

    def test_of_a_draft_is_refused(self, call: Call, people: People, deal_id: str) -> None:
        reply = call(complete, as_=people.agent, deal_id=deal_id)

        assert (reply.status, reply.code) == (409, "deal_transition_not_allowed")

    def test_is_closed_to_the_client(self, call: Call, people: People, deal_id: str) -> None:
        assert call(complete, as_=people.as_client, deal_id=deal_id).status == 403
