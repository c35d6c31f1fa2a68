import json

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from functions.auth.agent_sms_send.handler import app as send_code
from functions.queues.sms_events.handler import app
from shared.auth.models import CodeDelivery, OtpSession
from shared.inbox.models import InboxEvent
from tests.builders.outside import Outbox
from tests.functions.conftest import Call, queue_event


def handled(*bodies: str) -> list[bool]:
    """For each message: was it taken?"""
    event = queue_event(*bodies)
    failed = {each["itemIdentifier"] for each in app(event, None)["batchItemFailures"]}
    return [record["messageId"] not in failed for record in event["Records"]]


def a_report(message_id: str | None, code: str = "103", progress: str = "delivered") -> dict[str, object]:
    return {
        "provider_message_id": message_id,
        "progress": progress,
        "provider_code": code,
        "reported_at": "2026-06-25T16:28:01+00:00",
    }


def a_message(*reports: dict[str, object]) -> str:
    return json.dumps({"provider": "smsru", "reports": reports})


def a_sent_code(call: Call, session: Session) -> OtpSession:
    assert call(send_code, body={"phone": "+79165557788"}).status == 200
    return session.scalars(select(OtpSession)).one()


class TestTakeReports:
    def test_keeps_the_fate_of_a_code(self, call: Call, app: Session, sms: Outbox) -> None:
        row = a_sent_code(call, app)
        assert row.delivery is CodeDelivery.ACCEPTED

        message = a_message(a_report(row.provider_message_id))

        assert handled(message, message) == [True, True]
        app.refresh(row)
        assert (row.delivery, row.provider_code) == (CodeDelivery.DELIVERED, "103")
        assert row.delivered_at is not None

    @pytest.mark.usefixtures("database")
    def test_takes_words_about_messages_that_are_not_ours(self, app: Session) -> None:
        assert handled(a_message(a_report("202626-1", "104", "undelivered"))) == [True]
        assert app.scalars(select(InboxEvent)).all() == []

    @pytest.mark.usefixtures("database")
    @pytest.mark.parametrize(
        "body",
        [
            *("", "{}", "[]", '{"provider": "smsru", "reports": [{}]}', a_message(*[a_report("1-1")] * 101)),
            *(a_message(a_report(None)), a_message(a_report("1-1", progress="eaten"))),
        ],
    )
    def test_sends_poison_back_and_takes_the_rest(self, body: str) -> None:
        assert handled(body, a_message()) == [False, True]
