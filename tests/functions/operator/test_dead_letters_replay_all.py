import pytest
from sqlalchemy import func, select

from functions.operator.dead_letters_replay_all.handler import app
from shared.audit.models import AuditLog
from shared.db.session import transaction
from shared.desk import dead_letters
from tests.builders.cloud import Cloud
from tests.functions.conftest import Call, Signed
from tests.functions.operator.dead import a_dead_letter


class TestReplayingAll:
    def test_puts_every_letter_of_the_queue_back(self, call: Call, cloud: Cloud, operator: Signed) -> None:
        for number in range(13):
            a_dead_letter(cloud, str(number))
        a_dead_letter(cloud, "another queue's", queue="jobs")

        reply = call(app, as_=operator, queue="bank_events")

        assert (reply.status, reply.json) == (200, {"replayed": 13})
        assert sorted(map(int, cloud.take("bank-events"))) == list(range(13))
        assert cloud.take("bank-events-dead") == []
        assert cloud.take("jobs") == []
        with transaction() as session:
            lines = select(func.count()).where(AuditLog.action == "dead_letter.replayed")
            assert session.scalar(lines) == 13

    def test_is_bounded(
        self, call: Call, cloud: Cloud, operator: Signed, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(dead_letters, "MOST", 2)
        for number in range(3):
            a_dead_letter(cloud, str(number))

        replies = [call(app, as_=operator, queue="bank_events").json["replayed"] for _ in range(3)]

        assert replies == [2, 1, 0]

    def test_while_the_queue_is_down_moves_nothing(
        self, call: Call, cloud: Cloud, operator: Signed, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        a_dead_letter(cloud)
        monkeypatch.setenv("QUEUE_BANK_EVENTS_URL", f"{cloud.endpoint}/123456789012/absent")

        assert call(app, as_=operator, queue="bank_events").status == 503
        monkeypatch.setenv("QUEUE_BANK_EVENTS_URL", cloud.queues["bank-events"])
        assert call(app, as_=operator, queue="bank_events").json == {"replayed": 1}
