import pytest
from sqlalchemy import select

from functions.operator.dead_letters_list.handler import app
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.outbox import service as outbox
from shared.outbox.models import OutboxMessage, Topic
from tests.builders.cloud import Cloud
from tests.functions.conftest import Call, Signed
from tests.functions.operator.dead import a_dead_letter, failed


class TestListingDeadLetters:
    def test_tells_what_died_of_what_and_never_its_contents(
        self, call: Call, cloud: Cloud, operator: Signed
    ) -> None:
        letter_id = a_dead_letter(cloud)
        failed(letter_id, times=8)

        reply = call(app, as_=operator, query={"queue": "bank_events"})

        assert reply.status == 200
        (letter,) = reply.json["items"]
        assert letter.pop("age_seconds") >= 0
        assert letter == {
            "id": str(letter_id),
            "queue": "bank_events",
            "kind": "payment.succeeded",
            "receive_count": 8,
            "reason": "OutcomeUnknown",
        }
        assert "Соколова" not in reply.text

    def test_can_be_repeated_at_once(self, call: Call, cloud: Cloud, operator: Signed) -> None:
        a_dead_letter(cloud)

        seen = [call(app, as_=operator).json["items"] for _ in range(2)]

        assert [len(each) for each in seen] == [1, 1]

    def test_looks_into_every_queue_unless_told(self, call: Call, cloud: Cloud, operator: Signed) -> None:
        for queue in ("bank-events", "sms-events", "render", "jobs"):
            a_dead_letter(cloud, queue=queue)

        replies = {
            queue: call(app, as_=operator, query=query).json["items"]
            for queue, query in {"all": None, "jobs": {"queue": "jobs"}}.items()
        }

        assert {each["queue"] for each in replies["all"]} == {"bank_events", "sms_events", "render", "jobs"}
        assert [each["queue"] for each in replies["jobs"]] == ["jobs"]

    def test_names_the_work_that_an_announcement_meant(
        self, call: Call, cloud: Cloud, operator: Signed
    ) -> None:
        with transaction() as session:
            outbox.ask(session, Topic.JOBS, "receipt.deliver", {}, dedupe_key="1", now=utc_now())
            message_id = session.scalars(select(OutboxMessage.id)).one()
        a_dead_letter(cloud, str(message_id), queue="jobs")

        (letter,) = call(app, as_=operator, query={"queue": "jobs"}).json["items"]

        assert (letter["kind"], letter["reason"]) == ("receipt.deliver", None)

    @pytest.mark.parametrize(
        "body", ["", "{", "[]", '"x"', '{"body": "{\\"event\\": \\"Анна Соколова\\"}"}', "[" * 20_000]
    )
    def test_shows_nothing_of_what_it_cannot_read(
        self, call: Call, cloud: Cloud, operator: Signed, body: str
    ) -> None:
        a_dead_letter(cloud, body or " ")

        (letter,) = call(app, as_=operator, query={"queue": "bank_events"}).json["items"]

        assert letter["kind"] == "unreadable"

    def test_says_when_the_queue_is_silent(
        self, call: Call, cloud: Cloud, operator: Signed, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("QUEUE_JOBS_DEAD_URL", f"{cloud.endpoint}/123456789012/absent")

        reply = call(app, as_=operator, query={"queue": "jobs"})

        assert (reply.status, reply.code) == (503, "dead_letters_unavailable")

    def test_knows_no_other_queue(self, call: Call, cloud: Cloud, operator: Signed) -> None:
        assert call(app, as_=operator, query={"queue": "salaries"}).status == 422
