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


def a_message(*records: str, provider: str = "smsru") -> str:
    return json.dumps({"provider": provider, "records": records})


def a_sent_code(call: Call, session: Session) -> OtpSession:
    assert call(send_code, body={"phone": "+79165557788"}).status == 200
    return session.scalars(select(OtpSession)).one()


class TestTakeReports:
    def test_keeps_the_fate_of_a_code(self, call: Call, app: Session, sms: Outbox) -> None:
        row = a_sent_code(call, app)
        assert row.delivery is CodeDelivery.ACCEPTED

        message = a_message(f"sms_status\n{row.provider_message_id}\n103\n1782404881")

        assert handled(message, message) == [True, True]
        app.refresh(row)
        assert (row.delivery, row.provider_code) == (CodeDelivery.DELIVERED, "103")
        assert row.delivered_at is not None

    @pytest.mark.usefixtures("database")
    def test_takes_words_about_messages_that_are_not_ours(self, app: Session) -> None:
        assert handled(a_message("sms_status\n202626-1\n104\n1782404881", "viber_status\n1")) == [True]
        assert app.scalars(select(InboxEvent)).all() == []

    @pytest.mark.usefixtures("database")
    @pytest.mark.parametrize(
        "body", ["", "{}", "[]", a_message(provider="x"), a_message(*["test"] * 101), '{"records": ["a"]}']
    )
    def test_sends_poison_back_and_takes_the_rest(self, body: str) -> None:
        assert handled(body, a_message()) == [False, True]
