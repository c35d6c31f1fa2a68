"""SQS without an SDK: one signed ``SendMessage``."""

import hashlib
import json
import ssl
from functools import cache
from http.client import OK, HTTPConnection, HTTPException, HTTPSConnection
from typing import Final
from urllib.parse import urlsplit

from shared.config.aws import AwsSettings
from shared.kernel.clock import utc_now
from shared.ports.queue import QueueUnavailable
from shared.security import sigv4

_TIMEOUT_SECONDS: Final = 2
_ANSWER_LIMIT_BYTES: Final = 64 * 1024


class SqsQueue:
    def __init__(self, queue_url: str, cloud: AwsSettings) -> None:
        self._queue_url = queue_url
        self._cloud = cloud
        parts = urlsplit(queue_url)
        self._endpoint = cloud.endpoint_url or f"{parts.scheme}://{parts.netloc}"

    def send(self, body: str) -> None:
        """:raises QueueUnavailable: no answer within 2 s, a refusal, or an answer about another body"""
        content = json.dumps({"QueueUrl": self._queue_url, "MessageBody": body}).encode()
        headers = sigv4.signed_headers(
            self._cloud,
            service="sqs",
            url=self._endpoint + "/",
            headers={
                "Content-Type": "application/x-amz-json-1.0",
                "X-Amz-Target": "AmazonSQS.SendMessage",
            },
            body=content,
            now=utc_now(),
        )
        connection = self._connection()
        try:
            connection.request("POST", "/", body=content, headers=headers)
            response = connection.getresponse()
            answer = response.read(_ANSWER_LIMIT_BYTES)
        except (OSError, HTTPException) as error:
            raise QueueUnavailable(type(error).__name__) from None
        finally:
            connection.close()
        if response.status != OK or _stored_digest(answer) != _digest(body):
            raise QueueUnavailable(f"HTTP {response.status}")

    def _connection(self) -> HTTPConnection:
        url = urlsplit(self._endpoint)
        if url.scheme == "https":
            return HTTPSConnection(url.netloc, timeout=_TIMEOUT_SECONDS, context=_tls())
        return HTTPConnection(url.netloc, timeout=_TIMEOUT_SECONDS)


@cache
def _tls() -> ssl.SSLContext:
    """Once a process: reading the authorities costs 20 ms."""
    return ssl.create_default_context()


def _digest(body: str) -> str:
    return hashlib.md5(body.encode(), usedforsecurity=False).hexdigest()


def _stored_digest(answer: bytes) -> str | None:
    try:
        fields = json.loads(answer)
    except ValueError:
        return None
    return fields.get("MD5OfMessageBody") if isinstance(fields, dict) else None
