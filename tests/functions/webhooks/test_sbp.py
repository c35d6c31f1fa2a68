import json
import subprocess
import sys
from collections.abc import Iterator

import pytest

from functions.webhooks.sbp.handler import app
from shared.config import yookassa
from tests.builders.cloud import Cloud
from tests.functions.conftest import Answer, call_function

LISTED = "127.0.0.77"
BODY = json.dumps({"type": "notification", "event": "payment.succeeded", "object": {"id": "2f-1"}}).encode()


@pytest.fixture(autouse=True)
def _listed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("YOOKASSA_WEBHOOK_NETWORKS", f"{LISTED}/32")
    yookassa.load_webhook_networks.cache_clear()
    yield
    yookassa.load_webhook_networks.cache_clear()


def send(
    raw: bytes = BODY,
    *,
    peer: str = LISTED,
    terminal: str = "yookassa",
    headers: dict[str, str] | None = None,
) -> Answer:
    return call_function(app, raw=raw, peer=peer, key=None, headers=headers, terminal=terminal)


class TestReceiveEvent:
    def test_the_raw_message_is_in_the_queue_before_it_is_accepted(self, cloud: Cloud) -> None:
        reply = send()

        assert (reply.status, reply.text) == (200, "")
        (queued,) = cloud.take("bank-events")
        assert json.loads(queued) == {"provider": "yookassa", "body": BODY.decode()}

    @pytest.mark.parametrize("peer", ["127.0.0.99", "", "not-an-address"])
    def test_a_foreign_sender_is_refused(self, cloud: Cloud, peer: str) -> None:
        reply = send(peer=peer, headers={"X-Forwarded-For": LISTED})

        assert (reply.status, reply.code) == (403, "foreign_sender")
        assert reply.headers["Content-Type"].startswith("application/problem+json")
        assert cloud.take("bank-events") == []

    @pytest.mark.parametrize(
        "raw", [b"", b"{", b"[]", b"\xff\xfe", b"[" * 50_000, b'{"a": "' + b"x" * 70_000]
    )
    def test_what_is_not_a_message_is_refused(self, cloud: Cloud, raw: bytes) -> None:
        reply = send(raw)

        assert reply.status == 400
        assert reply.code in {"malformed_message", "malformed_body"}
        assert cloud.take("bank-events") == []

    def test_a_foreign_sender_learns_nothing_of_its_body(self, cloud: Cloud) -> None:
        assert send(b"{", peer="127.0.0.99").status == 403

    def test_another_provider_is_not_there(self, cloud: Cloud) -> None:
        assert send(terminal="sberbank").status == 404

    @pytest.mark.usefixtures("no_queue")
    def test_while_the_queue_is_down_the_sender_must_repeat(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("QUEUE_BANK_EVENTS_URL", "http://127.0.0.1:9/000000000000/bank-events")

        assert (send().status, send().code) == (503, "queue_unavailable")

    def test_loads_neither_the_database_nor_pydantic(self) -> None:
        code = (
            "import sys, functions.webhooks.sbp.handler as h;"
            "print([m for m in ('sqlalchemy', 'pydantic', 'yookassa', 'requests', 'boto3') if m in sys.modules])"
        )

        loaded = subprocess.run(  # noqa: S603 -- the interpreter that runs this test
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
        )

        assert loaded.stdout.strip() == "[]"
