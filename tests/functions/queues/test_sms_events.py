import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import quote_plus

import pytest
import requests
from sqlalchemy import select
from sqlalchemy.orm import Session

from functions.auth.agent_sms_send.handler import app as send_code
from functions.queues.sms_events.handler import app
from functions.webhooks.sms_status.handler import app as callback
from shared.auth.models import CodeDelivery, OtpSession
from shared.inbox.models import InboxEvent
from tests.adapters.outside_standin import silent_port
from tests.builders.cloud import Cloud
from tests.builders.outside import Outbox
from tests.functions.conftest import Call, call_function, queue_event


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


@contextmanager
def called_back(sms: Outbox) -> Iterator[Callable[[str], bytes]]:
    """The stand-in calls back an address where nobody listens; gives the form that told the end of a message."""
    url = f"http://127.0.0.1:{silent_port()}/"
    key = {"api_id": os.environ["SMSRU_API_ID"], "url": url}
    requests.post(f"{sms.standin.url}/callback/add", key, timeout=10)

    def said(sms_id: str) -> bytes:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            for batch in sms.standin.get("callbacks"):
                if batch["url"] == url and quote_plus(f"{sms_id}\n103\n") in batch["form"]:
                    return str(batch["form"]).encode()
            time.sleep(0.05)
        raise AssertionError("the stand-in told nothing")

    yield said
    requests.post(f"{sms.standin.url}/callback/del", key, timeout=10)


class TestTakeReports:
    def test_keeps_the_fate_of_a_code(self, call: Call, app: Session, sms: Outbox) -> None:
        row = a_sent_code(call, app)
        assert row.delivery is CodeDelivery.ACCEPTED

        message = a_message(a_report(row.provider_message_id))

        assert handled(message, message) == [True, True]
        app.refresh(row)
        assert (row.delivery, row.provider_code) == (CodeDelivery.DELIVERED, "103")
        assert row.delivered_at is not None

    def test_understands_what_the_provider_itself_says(
        self, call: Call, app: Session, sms: Outbox, cloud: Cloud
    ) -> None:
        sms.standin.post("clock", seconds=0)
        row = a_sent_code(call, app)
        with called_back(sms) as said:
            sms.standin.post(f"messages/{row.provider_message_id}", status=103)
            form = said(str(row.provider_message_id))

        assert call_function(callback, raw=form, key=None).text == "100"
        assert handled(*cloud.take("sms-events")) == [True]

        app.refresh(row)
        assert row.delivery is CodeDelivery.DELIVERED

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
