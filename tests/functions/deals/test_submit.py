import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from functions.deals.submit.handler import app as submit
from shared.documents.models import Document
from shared.outbox.models import OutboxMessage, OutboxStatus
from tests.functions.conftest import Call
from tests.functions.deals.conftest import People

SEEN = {"If-Match": '"1"'}


@pytest.mark.usefixtures("no_queue")
class TestSubmitDeal:
    def test_freezes_the_terms_and_orders_the_contract(
        self, call: Call, people: People, deal_id: str, app: Session
    ) -> None:
        reply = call(submit, as_=people.agent, deal_id=deal_id, headers={"If-Match": '"1"'})

        assert reply.status == 200
        assert reply.json["status"] == "awaiting_signatures"
        assert len(reply.json["terms_sha256"]) == 64
        assert reply.headers["ETag"] == '"2"'
        assert app.scalars(select(Document.status)).one() == "rendering"

    def test_needs_no_queue_to_succeed(self, call: Call, people: People, deal_id: str, app: Session) -> None:
        assert call(submit, as_=people.agent, deal_id=deal_id, headers=SEEN).status == 200

        assert app.scalars(select(OutboxMessage.status)).all() == [OutboxStatus.PENDING]

    def test_refuses_an_outdated_etag(self, call: Call, people: People, deal_id: str, app: Session) -> None:
        reply = call(submit, as_=people.agent, deal_id=deal_id, headers={"If-Match": '"7"'})

        assert (reply.status, reply.code) == (412, "deal_changed")
        assert app.scalars(select(Document)).all() == []

    @pytest.mark.parametrize("etag", ["nonsense", '"-1"', '"1', "²"])
    def test_refuses_a_foreign_etag(self, call: Call, people: People, deal_id: str, etag: str) -> None:
        reply = call(submit, as_=people.agent, deal_id=deal_id, headers={"If-Match": etag})

        assert (reply.status, reply.code) == (422, "etag_malformed")

    def test_refuses_a_second_time(self, call: Call, people: People, deal_id: str) -> None:
        call(submit, as_=people.agent, deal_id=deal_id, headers=SEEN)

        again = {"If-Match": '"2"'}

        reply = call(submit, as_=people.agent, deal_id=deal_id, headers=again)

        assert (reply.status, reply.code) == (409, "deal_transition_not_allowed")

    def test_somebody_elses_deal_does_not_exist(self, call: Call, people: People, deal_id: str) -> None:
        assert call(submit, as_=people.stranger, deal_id=deal_id, headers=SEEN).status == 404

    def test_needs_the_etag_that_was_seen(
        self, call: Call, people: People, deal_id: str, app: Session
    ) -> None:
        reply = call(submit, as_=people.agent, deal_id=deal_id)

        assert (reply.status, reply.code) == (428, "if_match_needed")
        assert app.scalars(select(Document)).all() == []
