import hashlib
import json
import subprocess
import sys
from urllib.parse import urlencode

import pytest

from functions.webhooks.sms_status.handler import app
from tests.builders.cloud import Cloud
from tests.functions.conftest import Answer, call_function

API_ID = "00000000-0000-0000-0000-000000000000"
REPORT = "sms_status\n202626-1000002\n103\n1782404881"
HEARTBEAT = "test\n1782404811"


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMSRU_API_ID", API_ID)


def a_form(*records: str, api_id: str = API_ID) -> bytes:
    fields = {f"data[{number}]": record for number, record in enumerate(records)}
    said = hashlib.sha256((api_id + "".join(records)).encode()).hexdigest()
    return urlencode({**fields, "hash": said}).encode()


def send(form: bytes) -> Answer:
    return call_function(
        app, raw=form, key=None, headers={"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
    )


class TestReceiveReports:
    def test_enqueues_what_is_said_of_messages_before_it_answers_100(self, cloud: Cloud) -> None:
        reply = send(a_form(HEARTBEAT, REPORT, "callcheck_status\n1-1\n401\n1782405619"))

        assert (reply.status, reply.text) == (200, "100")
        assert reply.headers["Content-Type"] == "text/plain; charset=utf-8"
        (queued,) = cloud.take("sms-events")
        assert json.loads(queued) == {
            "provider": "smsru",
            "reports": [
                {
                    "provider_message_id": "202626-1000002",
                    "progress": "delivered",
                    "provider_code": "103",
                    "reported_at": "2026-06-25T16:28:01+00:00",
                }
            ],
        }

    def test_answers_a_heartbeat_and_enqueues_nothing(self, cloud: Cloud) -> None:
        reply = send(a_form(HEARTBEAT))

        assert (reply.status, reply.text) == (200, "100")
        assert cloud.take("sms-events") == []

    def test_refuses_who_does_not_know_the_key(self, cloud: Cloud) -> None:
        reply = send(a_form(REPORT, api_id="another"))

        assert (reply.status, reply.code) == (403, "foreign_callback")
        assert reply.headers["Content-Type"].startswith("application/problem+json")
        assert cloud.take("sms-events") == []

    @pytest.mark.parametrize("form", [b"", b"{}", b"data[0]=1", b"hash=", b"\xff\xfe"])
    def test_refuses_what_is_no_callback(self, cloud: Cloud, form: bytes) -> None:
        assert send(form).status in {400, 403}
        assert cloud.take("sms-events") == []

    def test_reads_no_more_than_it_must(self, cloud: Cloud) -> None:
        reply = send(a_form("test\n" + "1" * 70_000))

        assert (reply.status, reply.code) == (413, "body_too_large")

    @pytest.mark.usefixtures("no_queue")
    def test_has_it_repeated_while_the_queue_is_down(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("QUEUE_SMS_EVENTS_URL", "http://127.0.0.1:9/000000000000/sms-events")

        reply = send(a_form(REPORT))

        assert (reply.status, reply.code) == (503, "queue_unavailable")

    def test_loads_neither_the_database_nor_pydantic(self) -> None:
        code = (
            "import sys, functions.webhooks.sms_status.handler;"
            "print([m for m in ('sqlalchemy', 'pydantic', 'requests', 'boto3') if m in sys.modules])"
        )

        loaded = subprocess.run(  # noqa: S603 -- the interpreter that runs this test
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
        )

        assert loaded.stdout.strip() == "[]"
