"""Announcing outbox messages after the commit: at best effort, since the relay is the guarantee."""

from collections.abc import Callable, Iterable, Mapping

from shared.observability import log
from shared.outbox.models import Topic
from shared.outbox.service import Announcement
from shared.ports.queue import Queue, QueueUnavailable

#: the queue of each topic that a function may announce to, by its adapter's factory
Queues = Mapping[Topic, Callable[[], Queue]]

NO_QUEUES: Queues = {}


def announce(committed: Iterable[object], queues: Queues) -> int:
    """Send each message's id to its topic's queue; the number that the queues confirmed."""
    sent = 0
    for each in committed:
        if not isinstance(each, Announcement) or each.topic not in queues:
            continue
        try:
            queues[each.topic]().send(str(each.message_id))
        except QueueUnavailable:
            log.write(
                "announcement_missed", level="warning", topic=each.topic, message_id=str(each.message_id)
            )
        except Exception as error:  # noqa: BLE001 -- the work is committed: nothing may fail it now
            log.surprise("announcement_failed", error)
        else:
            sent += 1
    return sent
