from collections.abc import Callable
from typing import Any

from shared.config.environment import SettingsError
from shared.events.announce import NO_QUEUES, announce
from shared.kernel.identifiers import new_id
from shared.outbox.models import Topic
from shared.outbox.service import Announcement
from shared.ports.queue import Queue
from tests.shared.events.conftest import MemoryQueue

Lines = Callable[[], list[dict[str, Any]]]
ONE, TWO = Announcement(new_id(), Topic.JOBS), Announcement(new_id(), Topic.RENDER)


class TestAnnouncing:
    def test_sends_each_id_to_its_topics_queue(self, queue: MemoryQueue) -> None:
        render = MemoryQueue()

        assert announce([ONE, TWO], {Topic.JOBS: lambda: queue, Topic.RENDER: lambda: render}) == 2
        assert (queue.sent, render.sent) == ([str(ONE.message_id)], [str(TWO.message_id)])

    def test_leaves_to_the_relay_what_a_function_may_not_send(self, queue: MemoryQueue) -> None:
        assert announce([ONE, TWO], {Topic.JOBS: lambda: queue}) == 1
        assert announce([ONE, TWO], NO_QUEUES) == 0

    def test_passes_over_what_is_no_announcement(self, queue: MemoryQueue) -> None:
        assert announce(["a word", ONE], {Topic.JOBS: lambda: queue}) == 1

    def test_misses_quietly_when_the_queue_is_down(self, queue: MemoryQueue, lines: Lines) -> None:
        queue.lose_the_network()

        assert announce([ONE], {Topic.JOBS: lambda: queue}) == 0
        (line,) = lines()
        assert (line["event"], line["level"], line["message_id"]) == (
            "announcement_missed", "warning", str(ONE.message_id),
        )  # fmt: skip

    def test_goes_on_to_the_next_whatever_happened_to_one(self, queue: MemoryQueue, lines: Lines) -> None:
        def broken() -> Queue:
            raise SettingsError("set AWS_REGION")

        assert announce([TWO, ONE], {Topic.RENDER: broken, Topic.JOBS: lambda: queue}) == 1
        (line,) = lines()
        assert (line["event"], line["error_name"]) == ("announcement_failed", "SettingsError")
