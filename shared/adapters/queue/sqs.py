"""Sending to SQS."""

import hashlib
from typing import Any, Final

from shared.adapters.queue.calls import call
from shared.config.aws import AwsSettings
from shared.ports.queue import QueueUnavailable

#: the attribute of a message that was sent again: how often it had been received by then
EARLIER_RECEIVES: Final = "EarlierReceives"


class SqsQueue:
    def __init__(self, queue_url: str, cloud: AwsSettings) -> None:
        self._queue_url = queue_url
        self._cloud = cloud

    def send(self, body: str, *, earlier_receives: int = 0) -> None:
        """:raises QueueUnavailable: no answer within 2 s, a refusal, or an answer about another body"""
        fields: dict[str, Any] = {"MessageBody": body}
        if earlier_receives:
            count = {"DataType": "Number", "StringValue": str(earlier_receives)}
            fields["MessageAttributes"] = {EARLIER_RECEIVES: count}
        stored = call(self._cloud, self._queue_url, "SendMessage", fields)
        if stored.get("MD5OfMessageBody") != _digest(body):
            raise QueueUnavailable("another body was confirmed")


def _digest(body: str) -> str:
    return hashlib.md5(body.encode(), usedforsecurity=False).hexdigest()
