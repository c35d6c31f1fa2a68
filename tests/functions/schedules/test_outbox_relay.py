from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from functions.schedules.outbox_relay.handler import app as relay
from shared.kernel.clock import utc_now
from shared.outbox import service as outbox
from shared.outbox.models import OutboxMessage, Topic
from tests.builders.cloud import Cloud


def ask(app: Session, topic: Topic, number: int) -> None:
    """A message whose announcement was missed a minute ago."""
    missed = utc_now() - timedelta(minutes=1)
    key = f"{topic} {number}"
    outbox.ask(app, topic, "document.ready", {"n": str(number)}, dedupe_key=key, now=missed)
    app.commit()


class TestRelay:
    def test_announces_what_was_missed_to_its_queue(self, app: Session, cloud: Cloud) -> None:
        ask(app, Topic.RENDER, 1)
        ask(app, Topic.JOBS, 2)

        assert relay({}, None) == {"due": 2, "announced": 2}

        ids = {message.topic: str(message.id) for message in app.scalars(select(OutboxMessage))}
        assert cloud.take("render") == [ids[Topic.RENDER]]
        assert cloud.take("jobs") == [ids[Topic.JOBS]]

    def test_leaves_alone_what_it_has_just_announced(self, app: Session, cloud: Cloud) -> None:
        ask(app, Topic.JOBS, 1)
        relay({}, None)

        assert relay({}, None) == {"due": 0, "announced": 0}
        assert len(cloud.take("jobs")) == 1

    def test_announces_nothing_that_is_done(self, app: Session, cloud: Cloud) -> None:
        ask(app, Topic.JOBS, 1)
        message = app.scalars(select(OutboxMessage)).one()
        outbox.done(message, now=utc_now())
        app.commit()

        assert relay({}, None)["due"] == 0
        assert cloud.take("jobs") == []
