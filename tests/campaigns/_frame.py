"""What every long run is: bounded, drawn from a seed, replayable by the number of its case.

``./dev campaign NAME [--json] [--seed N] [--small]`` runs ``tests/campaigns/NAME.py``, whose ``main`` takes the words
after the name and answers with an exit code: 0, or 1 if a fault was found. Its small form is also a test of the suite.
"""

import argparse
import json
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final, NamedTuple

#: so that a run without a seed is the same everywhere
SEED = 20_260_101

_STOPS: Final = (signal.SIGINT, signal.SIGTERM)


class Campaign(NamedTuple):
    name: str
    seed: int
    small: bool
    json: bool
    started: float

    def shown(self, done: int, count: int, of_what: str, faults: int) -> None:
        """Say how far the run is."""
        seconds = time.monotonic() - self.started
        print(f"{done:>9} of {count} {of_what}, {faults} faults, {seconds:.0f} s", flush=True)

    def ended(self, found: Mapping[str, int | float], *, faults: int) -> int:
        """The closing lines; returns the exit code.

        :param found: what was counted and measured, by name
        """
        counted = ", ".join(f"{name} {value}" for name, value in found.items())
        print(f"{self.name}: {counted}, {faults} faults in {time.monotonic() - self.started:.0f} s.")
        if self.json:
            print(json.dumps({**found, "seed": self.seed, "faults": faults}))
        return 1 if faults else 0


def begun(name: str, arguments: Sequence[str]) -> Campaign:
    """Read the words of the command line; the clock starts."""
    parser = argparse.ArgumentParser(prog=f"./dev campaign {name}")
    parser.add_argument("--json", action="store_true", help="end with one JSON object")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--small", action="store_true", help="as much as the suite runs")
    given = parser.parse_args(arguments)
    return Campaign(name, given.seed, given.small, given.json, time.monotonic())


def say(text: str) -> None:
    """How far it is, where the run's own output goes nowhere."""
    print(text, file=sys.stderr, flush=True)


def until_stopped(main: Callable[[Sequence[str]], int], arguments: Sequence[str]) -> int:
    """Run it as a program: Ctrl-C and SIGTERM end it once, with all that it started.

    :return: its exit code, or 130 when it was stopped
    """
    for number in _STOPS:
        signal.signal(number, _stop)
    try:
        return main(arguments)
    except KeyboardInterrupt:
        return 130


@contextmanager
def held_back() -> Iterator[None]:
    """Ctrl-C and SIGTERM come into force at the end."""
    came: list[int] = []
    before = {number: signal.signal(number, lambda came_now, _: came.append(came_now)) for number in _STOPS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if came:
        signal.raise_signal(came[0])


def _stop(_number: int, _frame: object) -> None:
    """Whoever is in a hurry doesn't interrupt the cleaning up."""
    for number in _STOPS:
        signal.signal(number, lambda *_: None)
    raise KeyboardInterrupt
