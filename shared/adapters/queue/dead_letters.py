"""What no try could handle. Importing this module grants the right to look at every dead-letter queue (infra/grants.py)."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from shared.adapters.queue.calls import call
from shared.adapters.queue.sqs import EARLIER_RECEIVES
from shared.config import aws
from shared.config import environment as env
from shared.config.aws import AwsSettings
from shared.observability import log
from shared.ports.dead_letters import DeadLetter
from shared.ports.queue import QueueUnavailable

#: long enough for whoever looks to send one again, short enough that nothing stays hidden after a death
_HIDDEN_SECONDS: Final = 30
_BATCH: Final = 10  # the most that one call gives
_ANSWER_LIMIT_BYTES: Final = _BATCH * 1024 * 1024
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class SqsDeadLetters:
    def __init__(self, queue_url: str, cloud: AwsSettings) -> None:
        self._queue_url = queue_url
        self._cloud = cloud

    def hold(self, *, most: int) -> list[DeadLetter]:
        held: dict[UUID, DeadLetter] = {}
        while len(held) < most:
            batch = self._receive(min(_BATCH, most - len(held)))
            new = [each for each in batch if each.id not in held]
            held.update({each.id: each for each in batch})
            if not new:
                break
        return list(held.values())

    def let_go(self, letters: list[DeadLetter]) -> None:
        for start in range(0, len(letters), _BATCH):
            entries = [
                {"Id": str(place), "ReceiptHandle": each.handle, "VisibilityTimeout": 0}
                for place, each in enumerate(letters[start : start + _BATCH])
            ]
            try:
                call(self._cloud, self._queue_url, "ChangeMessageVisibilityBatch", {"Entries": entries})
            except QueueUnavailable:
                log.write("dead_letters_stay_hidden", level="warning", seconds=_HIDDEN_SECONDS)

    def _receive(self, most: int) -> list[DeadLetter]:
        fields = {
            "MaxNumberOfMessages": most,
            "VisibilityTimeout": _HIDDEN_SECONDS,
            # Not none: an answer that waits asks all of the queue's servers.
            "WaitTimeSeconds": 1,
            "AttributeNames": ["SentTimestamp", "ApproximateReceiveCount"],
            "MessageAttributeNames": [EARLIER_RECEIVES],
        }
        answer = call(
            self._cloud, self._queue_url, "ReceiveMessage", fields, answer_limit_bytes=_ANSWER_LIMIT_BYTES
        )
        try:
            return [_letter(each) for each in answer.get("Messages") or ()]
        except (KeyError, TypeError, ValueError):
            raise QueueUnavailable("no messages") from None


def _letter(received: dict[str, Any]) -> DeadLetter:
    told = received.get("MessageAttributes", {}).get(EARLIER_RECEIVES, {})
    attributes = received["Attributes"]
    return DeadLetter(
        id=UUID(received["MessageId"]),
        body=received["Body"],
        sent_at=_EPOCH + timedelta(milliseconds=int(attributes["SentTimestamp"])),
        receives=int(attributes["ApproximateReceiveCount"]),
        earlier_receives=int(told.get("StringValue", 0)),
        handle=received["ReceiptHandle"],
    )


def bank_events() -> SqsDeadLetters:
    return SqsDeadLetters(env.text("QUEUE_BANK_EVENTS_DEAD_URL"), aws.load())


def sms_events() -> SqsDeadLetters:
    return SqsDeadLetters(env.text("QUEUE_SMS_EVENTS_DEAD_URL"), aws.load())


def render() -> SqsDeadLetters:
    return SqsDeadLetters(env.text("QUEUE_RENDER_DEAD_URL"), aws.load())


def jobs() -> SqsDeadLetters:
    return SqsDeadLetters(env.text("QUEUE_JOBS_DEAD_URL"), aws.load())


#: by the queue whose tries they were
ALL: Final = {"bank_events": bank_events, "sms_events": sms_events, "render": render, "jobs": jobs}
