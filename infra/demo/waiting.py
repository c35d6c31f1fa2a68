"""Waiting with an end: for what runs by itself, and for what a schedule does when it is invoked."""

import time
from collections.abc import Callable
from typing import Final, TypeVar

from infra.demo.failure import DemoFailed

Found = TypeVar("Found")

_PAUSE_SECONDS: Final = 0.2


def wait_for(
    what: str,
    probe: Callable[[], Found | None],
    *,
    seconds: float = 60,
    hurry: Callable[[], object] | None = None,
    hurry_every: float = 10,
) -> Found:
    """What ``probe`` finds at last.

    :param what: in Russian, as the object of «не дождались»
    :param hurry: the scheduled function that would see to it a minute later anyway; called every ``hurry_every``
        seconds, first after that time
    :raises DemoFailed: nothing was found within ``seconds``
    """
    deadline = time.monotonic() + seconds
    next_hurry = time.monotonic() + hurry_every
    while True:
        found = probe()
        if found is not None:
            return found
        now = time.monotonic()
        if now > deadline:
            raise DemoFailed(f"За {seconds:.0f} с не дождались: {what}.")
        if hurry is not None and now > next_hurry:
            hurry()
            next_hurry = now + hurry_every
        time.sleep(_PAUSE_SECONDS)
