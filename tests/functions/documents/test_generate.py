import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from functions.documents.generate.handler import app as generate
from shared.documents.models import Document, DocumentStatus
from shared.kernel.clock import utc_now
from tests.builders.deals import a_deal
from tests.functions.conftest import Call
from tests.functions.documents.conftest import Desk


@pytest.mark.usefixtures("no_queue")
class TestGenerateContract:
    def test_answers_with_the_contract_that_there_is(self, call: Call, desk: Desk) -> None:
        reply = call(generate, as_=desk.agent, deal_id=desk.contract.deal_id)

        assert (reply.status, reply.json["id"]) == (202, str(desk.contract.id))

    def test_makes_a_failed_one_again(self, call: Call, desk: Desk, app: Session) -> None:
        app.get_one(Document, desk.contract.id).status = DocumentStatus.FAILED
        app.commit()

        reply = call(generate, as_=desk.agent, deal_id=desk.contract.deal_id)

        assert (reply.status, reply.json["status"]) == (202, "rendering")
        assert reply.json["id"] != str(desk.contract.id)
        assert app.scalar(select(func.count()).select_from(Document)) == 2

    def test_a_draft_must_be_submitted_first(self, call: Call, desk: Desk, app: Session) -> None:
        crew = desk.contract.crew
        draft = a_deal(app, utc_now(), agent=crew.agent, client=desk.contract.client, agency=crew.agency)
        app.commit()

        reply = call(generate, as_=desk.agent, deal_id=draft.id)

        assert (reply.status, reply.code) == (409, "nothing_to_generate")

    def test_is_closed_to_clients_and_blind_to_strangers(self, call: Call, desk: Desk) -> None:
        assert call(generate, as_=desk.client, deal_id=desk.contract.deal_id).status == 403
        assert call(generate, as_=desk.stranger, deal_id=desk.contract.deal_id).status == 404
