import json
from collections.abc import Callable
from typing import Any

import pytest

from shared.ports.queue import QueueUnavailable


class MemoryQueue:
    """Keeps what it is sent; refuses while ``down`` holds a reason."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.down: Exception | None = None

    def send(self, body: str) -> None:
        if self.down is not None:
            raise self.down
        self.sent.append(body)

    def lose_the_network(self) -> None:
        self.down = QueueUnavailable()


@pytest.fixture
def queue() -> MemoryQueue:
    return MemoryQueue()


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Callable[[], list[dict[str, Any]]]:
    """The log lines since the last reading."""
    return lambda: [json.loads(line) for line in capsys.readouterr().out.splitlines()]
