import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from moto.server import ThreadedMotoServer

from shared.adapters.queue import bank_events
from shared.adapters.queue.sqs import SqsQueue
from shared.config import aws
from shared.config.aws import AwsSettings
from shared.ports.queue import QueueUnavailable
from shared.security import sigv4

QUEUE_URL = "https://sqs.eu-central-1.amazonaws.com/123456789012/bank-events"


def settings(endpoint: str | None = None, token: str | None = "токен-1") -> AwsSettings:
    return AwsSettings(
        "eu-central-1", "AKIAEXAMPLE", "тайный/ключ+1", token and "session/token+1==", endpoint
    )


@contextmanager
def answering(status: int, body: bytes) -> Iterator[str]:
    """A server on loopback with one answer."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base class's name
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


class TestSignature:
    @pytest.mark.parametrize("token", [None, "a token"])
    def test_is_botocores_byte_for_byte(self, token: str | None) -> None:
        cloud = settings(token=token)
        body = json.dumps({"MessageBody": "Оплата прошла"}, ensure_ascii=False).encode()
        headers = {
            "Content-Type": "application/x-amz-json-1.0",
            "X-Amz-Target": "AmazonSQS.SendMessage",
        }
        theirs = AWSRequest(
            "POST", "https://sqs.eu-central-1.amazonaws.com/", headers=dict(headers), data=body
        )
        credentials = Credentials(cloud.access_key_id, cloud.secret_access_key, cloud.session_token)
        SigV4Auth(credentials, "sqs", cloud.region).add_auth(theirs)
        stamp = str(theirs.headers["X-Amz-Date"])

        ours = sigv4.signed_headers(
            cloud,
            service="sqs",
            url="https://sqs.eu-central-1.amazonaws.com/",
            headers=headers,
            body=body,
            now=datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC),
        )

        assert ours["Authorization"] == theirs.headers["Authorization"]
        assert ours.get("X-Amz-Security-Token") == theirs.headers.get("X-Amz-Security-Token")


class TestSend:
    @pytest.fixture
    def cloud(self) -> Iterator[AwsSettings]:
        server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        server.start()
        host, port = server.get_host_and_port()
        cloud = settings(f"http://{host}:{port}", token=None)
        yield cloud
        server.stop()

    def test_the_message_lies_in_the_queue(self, cloud: AwsSettings, monkeypatch: pytest.MonkeyPatch) -> None:
        sqs = client(cloud)
        url = sqs.create_queue(QueueName="sent-by-the-adapter")["QueueUrl"]
        for name, value in {
            "QUEUE_BANK_EVENTS_URL": url,
            "AWS_REGION": cloud.region,
            "AWS_ACCESS_KEY_ID": "a",
            "AWS_SECRET_ACCESS_KEY": "b",
            "AWS_ENDPOINT_URL": str(cloud.endpoint_url),
        }.items():
            monkeypatch.setenv(name, value)
        aws.load.cache_clear()

        bank_events.queue().send('{"сумма": 100}')

        aws.load.cache_clear()
        assert [m["Body"] for m in sqs.receive_message(QueueUrl=url)["Messages"]] == ['{"сумма": 100}']

    def test_an_unknown_queue_is_not_silence(self, cloud: AwsSettings) -> None:
        with pytest.raises(QueueUnavailable):
            SqsQueue(f"{cloud.endpoint_url}/123456789012/absent", cloud).send("x")

    def test_a_refusal_is_said(self) -> None:
        with answering(403, b"{}") as endpoint, pytest.raises(QueueUnavailable, match="HTTP 403"):
            SqsQueue(QUEUE_URL, settings(endpoint)).send("x")

    @pytest.mark.parametrize("answer", [b"", b"[]", b'{"MD5OfMessageBody": "of another body"}'])
    def test_an_answer_that_confirms_nothing_is_doubt(self, answer: bytes) -> None:
        with answering(200, answer) as endpoint, pytest.raises(QueueUnavailable):
            SqsQueue(QUEUE_URL, settings(endpoint)).send("x")

    def test_silence_ends_within_its_time(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as mute, pytest.raises(QueueUnavailable):
            SqsQueue(QUEUE_URL, settings(f"http://127.0.0.1:{mute.getsockname()[1]}")).send("x")

    def test_nobody_there_is_doubt(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as gone:
            port = gone.getsockname()[1]
        with pytest.raises(QueueUnavailable):
            SqsQueue(QUEUE_URL, settings(f"http://127.0.0.1:{port}")).send("x")


def client(cloud: AwsSettings) -> Any:
    return boto3.client(
        "sqs",
        region_name=cloud.region,
        endpoint_url=cloud.endpoint_url,
        aws_access_key_id="a",
        aws_secret_access_key="b",
    )
