"""Sending dead letters again. Importing this module grants the right to remove them
and to send to every queue (infra/grants.py).

Receive, send and delete of our own: a cloud that moves messages by itself says nothing of single ones.
"""

from collections.abc import Callable
from typing import Final

from shared.adapters.queue.calls import call
from shared.adapters.queue.sqs import SqsQueue
from shared.config import aws
from shared.config import environment as env
from shared.config.aws import AwsSettings
from shared.ports.dead_letters import DeadLetter, Redrive


class SqsRedrive:
    def __init__(self, queue: SqsQueue, dead_url: str, cloud: AwsSettings) -> None:
        self._queue = queue
        self._dead_url = dead_url
        self._cloud = cloud

    def send_again(self, letter: DeadLetter, *, receives: int) -> None:
        self._queue.send(letter.body, earlier_receives=receives)
        call(self._cloud, self._dead_url, "DeleteMessage", {"ReceiptHandle": letter.handle})


def _redrive(url: str, dead_url: str) -> Redrive:
    return SqsRedrive(SqsQueue(url, aws.load()), dead_url, aws.load())


def _bank_events() -> Redrive:
    return _redrive(env.text("QUEUE_BANK_EVENTS_URL"), env.text("QUEUE_BANK_EVENTS_DEAD_URL"))


def _sms_events() -> Redrive:
    return _redrive(env.text("QUEUE_SMS_EVENTS_URL"), env.text("QUEUE_SMS_EVENTS_DEAD_URL"))


def _render() -> Redrive:
    return _redrive(env.text("QUEUE_RENDER_URL"), env.text("QUEUE_RENDER_DEAD_URL"))


def _jobs() -> Redrive:
    return _redrive(env.text("QUEUE_JOBS_URL"), env.text("QUEUE_JOBS_DEAD_URL"))


ALL: Final[dict[str, Callable[[], Redrive]]] = {
    "bank_events": _bank_events,
    "sms_events": _sms_events,
    "render": _render,
    "jobs": _jobs,
}
