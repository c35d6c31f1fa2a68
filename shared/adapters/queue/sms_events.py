"""Verified words of SMS.RU about messages. Importing this module grants the right to send (infra/grants.py)."""

from shared.adapters.queue.sqs import SqsQueue
from shared.config import aws
from shared.config import environment as env
from shared.ports.queue import Queue


def queue() -> Queue:
    return SqsQueue(env.text("QUEUE_SMS_EVENTS_URL"), aws.load())
