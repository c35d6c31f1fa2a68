from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from functions.operator.dead_letters_list.handler import app as list_letters
from functions.operator.dead_letters_replay.handler import app
from shared.audit.models import AuditLog
from shared.db.session import transaction
from tests.builders.cloud import Cloud
from tests.functions.conftest import Call, Signed
from tests.functions.operator.dead import OF_A_BANK, a_dead_letter, failed


class TestReplayingADeadLetter:
    def test_puts_it_back_into_its_queue(self, call: Call, cloud: Cloud, operator: Signed) -> None:
        others = [a_dead_letter(cloud, f"other {number}") for number in range(3)]
        letter_id = a_dead_letter(cloud)

        reply = call(app, as_=operator, queue="bank_events", letter_id=letter_id)

        assert (reply.status, reply.json["id"]) == (200, str(letter_id))
        assert cloud.take("bank-events") == [OF_A_BANK]
        left = call(list_letters, as_=operator, query={"queue": "bank_events"}).json["items"]
        assert {UUID(each["id"]) for each in left} == set(others)

    def test_keeps_count_of_the_tries_before(self, call: Call, cloud: Cloud, operator: Signed) -> None:
        letter_id = a_dead_letter(cloud)
        failed(letter_id, times=8)

        call(app, as_=operator, queue="bank_events", letter_id=letter_id)

        (sent,) = cloud.sqs.receive_message(
            QueueUrl=cloud.queues["bank-events"], MessageAttributeNames=["EarlierReceives"]
        )["Messages"]
        assert sent["MessageAttributes"]["EarlierReceives"]["StringValue"] == "8"

    def test_is_written_down(self, call: Call, cloud: Cloud, operator: Signed) -> None:
        letter_id = a_dead_letter(cloud)

        call(app, as_=operator, queue="bank_events", letter_id=letter_id)

        with transaction() as session:
            line = session.scalars(select(AuditLog).where(AuditLog.action == "dead_letter.replayed")).one()
            assert (line.actor_id, line.entity_id) == (operator.user_id, letter_id)
            assert line.after == {"queue": "bank_events", "kind": "payment.succeeded", "receive_count": 1}

    def test_happens_once_under_one_key(self, call: Call, cloud: Cloud, operator: Signed) -> None:
        letter_id, key = a_dead_letter(cloud), str(uuid4())

        replies = [
            call(app, as_=operator, key=key, queue="bank_events", letter_id=letter_id) for _ in range(2)
        ]

        assert [each.status for each in replies] == [200, 200]
        assert len(cloud.take("bank-events")) == 1

    def test_of_one_that_is_gone_is_refused_and_hides_nothing(
        self, call: Call, cloud: Cloud, operator: Signed
    ) -> None:
        a_dead_letter(cloud)

        reply = call(app, as_=operator, queue="bank_events", letter_id=uuid4())

        assert (reply.status, reply.code) == (409, "dead_letter_out_of_sight")
        assert len(call(list_letters, as_=operator).json["items"]) == 1
        assert cloud.take("bank-events") == []

    def test_while_its_queue_is_down_leaves_it_where_it_is(
        self, call: Call, cloud: Cloud, operator: Signed, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        letter_id = a_dead_letter(cloud)
        monkeypatch.setenv("QUEUE_BANK_EVENTS_URL", f"{cloud.endpoint}/123456789012/absent")

        reply = call(app, as_=operator, queue="bank_events", letter_id=letter_id)

        assert (reply.status, reply.code) == (503, "dead_letters_unavailable")
        left = cloud.sqs.get_queue_attributes(
            QueueUrl=cloud.queues["bank-events-dead"],
            AttributeNames=["ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessages"],
        )["Attributes"]
        assert sum(map(int, left.values())) == 1

    def test_of_a_queue_that_nobody_has_is_not_found(
        self, call: Call, cloud: Cloud, operator: Signed
    ) -> None:
        reply = call(app, as_=operator, queue="salaries", letter_id=uuid4())

        assert (reply.status, reply.code) == (404, "queue_unknown")
