"""The way of a bank's message: over HTTP to the webhook function, through a queue, to the worker."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from threading import Thread
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from wsgiref.simple_server import WSGIRequestHandler, make_server

from functions.queues.bank_events.handler import app as bank_events
from functions.webhooks.sbp.handler import app as webhook
from infra.gateway import Gateway
from tests.builders.cloud import Cloud

#: what tests name as YooKassa's network
YOOKASSA = "127.0.0.77"
QUEUE = "bank-events"


class Reply(NamedTuple):
    status: int
    text: str
    media_type: str


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base class's name
        """Nothing: the function logs each message."""


class Line:
    """``send`` as the bank does, ``work`` as the cloud does."""

    def __init__(self, cloud: Cloud, address: str) -> None:
        self.cloud = cloud
        self._address = urlsplit(address).netloc

    def send(
        self,
        body: bytes,
        *,
        peer: str = YOOKASSA,
        terminal: str = "yookassa",
        headers: dict[str, str] | None = None,
    ) -> Reply:
        """A message from ``peer``, an address of this machine's own network."""
        connection = HTTPConnection(self._address, timeout=10, source_address=(peer, 0))
        connection.request(
            "POST",
            f"/api/v1/payments/webhooks/{terminal}",
            body=body,
            headers={"Content-Type": "application/json", **(headers or {})},
        )
        response = connection.getresponse()
        text = response.read().decode()
        connection.close()
        return Reply(response.status, text, response.headers["Content-Type"])

    def claim(self, event: str, object_id: str, **more: object) -> Reply:
        """A message of YooKassa's form."""
        said = {"type": "notification", "event": event, "object": {"id": object_id, **more}}
        return self.send(json.dumps(said).encode())

    def receive(self) -> list[dict[str, Any]]:
        """What the queue gives a worker; it stays there until it is deleted."""
        answer = self.cloud.sqs.receive_message(
            QueueUrl=self.cloud.queues[QUEUE],
            MaxNumberOfMessages=10,
            VisibilityTimeout=0,
            AttributeNames=["ApproximateReceiveCount"],
        )
        return list(answer.get("Messages", ()))

    def work(self, *, most: int = 20) -> int:
        """Handle what waits, again and again what failed; how many tries failed."""
        failed = 0
        for _ in range(most):
            messages = self.receive()
            if not messages:
                break
            failed += self._handle(messages)
        return failed

    def waiting(self) -> int:
        answer = self.cloud.sqs.get_queue_attributes(
            QueueUrl=self.cloud.queues[QUEUE], AttributeNames=["ApproximateNumberOfMessages"]
        )
        return int(answer["Attributes"]["ApproximateNumberOfMessages"])

    def _handle(self, messages: list[dict[str, Any]]) -> int:
        records = [
            {"messageId": one["MessageId"], "body": one["Body"], "attributes": one["Attributes"]}
            for one in messages
        ]
        answer = bank_events({"Records": records}, None)
        failed = {one["itemIdentifier"] for one in answer["batchItemFailures"]}
        for one in messages:
            if one["MessageId"] not in failed:
                self.cloud.sqs.delete_message(
                    QueueUrl=self.cloud.queues[QUEUE], ReceiptHandle=one["ReceiptHandle"]
                )
        return len(failed)


@contextmanager
def running_line(cloud: Cloud) -> Iterator[Line]:
    gateway = Gateway([(webhook.operation.method, webhook.operation.path, webhook)])
    with make_server("127.0.0.1", 0, gateway, handler_class=Quiet) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield Line(cloud, f"http://127.0.0.1:{server.server_port}")
        finally:
            server.shutdown()
            thread.join()
