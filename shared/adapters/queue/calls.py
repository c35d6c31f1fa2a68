"""Calls of SQS without an SDK: one signed request each."""

import json
import ssl
from functools import cache
from http.client import OK, HTTPConnection, HTTPException, HTTPSConnection
from typing import Any, Final
from urllib.parse import urlsplit

from shared.config.aws import AwsSettings
from shared.kernel.clock import utc_now
from shared.ports.queue import QueueUnavailable
from shared.security import sigv4

_TIMEOUT_SECONDS: Final = 2


def call(
    cloud: AwsSettings,
    queue_url: str,
    action: str,
    fields: dict[str, Any],
    *,
    answer_limit_bytes: int = 64 * 1024,
) -> dict[str, Any]:
    """The answer's fields.

    :param action: such as ``SendMessage``
    :raises QueueUnavailable: no answer within 2 s, a refusal, or an answer that is none
    """
    parts = urlsplit(queue_url)
    endpoint = cloud.endpoint_url or f"{parts.scheme}://{parts.netloc}"
    content = json.dumps({"QueueUrl": queue_url, **fields}).encode()
    headers = sigv4.signed_headers(
        cloud,
        service="sqs",
        url=endpoint + "/",
        headers={
            "Content-Type": "application/x-amz-json-1.0",
            "X-Amz-Target": f"AmazonSQS.{action}",
        },
        body=content,
        now=utc_now(),
    )
    connection = _connection(endpoint)
    try:
        connection.request("POST", "/", body=content, headers=headers)
        response = connection.getresponse()
        answer = response.read(answer_limit_bytes)
    except (OSError, HTTPException) as error:
        raise QueueUnavailable(type(error).__name__) from None
    finally:
        connection.close()
    if response.status != OK:
        raise QueueUnavailable(f"HTTP {response.status}")
    return _fields(answer)


def _connection(endpoint: str) -> HTTPConnection:
    url = urlsplit(endpoint)
    if url.scheme == "https":
        return HTTPSConnection(url.netloc, timeout=_TIMEOUT_SECONDS, context=_tls())
    return HTTPConnection(url.netloc, timeout=_TIMEOUT_SECONDS)


@cache
def _tls() -> ssl.SSLContext:
    """Once a process: reading the authorities costs 20 ms."""
    return ssl.create_default_context()


def _fields(answer: bytes) -> dict[str, Any]:
    if not answer:
        return {}
    try:
        fields = json.loads(answer)
    except ValueError:
        raise QueueUnavailable("no JSON") from None
    if not isinstance(fields, dict):
        raise QueueUnavailable("no object")
    return fields
