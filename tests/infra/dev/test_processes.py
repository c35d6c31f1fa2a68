import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.dev import ports
from infra.dev.console import DevError
from infra.dev.processes import Processes, answers, began

_LISTEN = (
    "import http.server, sys; http.server.HTTPServer(('127.0.0.1', int(sys.argv[1])), None).serve_forever()"
)
_LISTEN_WITH_WORKER = (
    "import subprocess, sys; w = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); "
    f"open(sys.argv[2], 'w').write(str(w.pid)); {_LISTEN}"
)
_FAIL = "import sys; print('the reason it failed'); sys.exit(3)"
_DEAF = "import time; time.sleep(60)"


class Starter:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.processes = Processes(folder)
        (self.port,) = ports.free(1)

    def start(self, code: str, *words: str, name: str = "part", seconds: float = 20) -> int:
        argv = [sys.executable, "-c", code, str(self.port), *words]
        record = self.processes.start(
            name, argv, port=self.port, environment=os.environ, folder=self.folder, ready_seconds=seconds
        )
        return record.pid


@pytest.fixture
def starter(tmp_path: Path) -> Iterator[Starter]:
    starter = Starter(tmp_path)
    yield starter
    starter.processes.stop("part")


def ended(pid: int) -> bool:
    deadline = time.monotonic() + 5
    while began(pid) is not None and time.monotonic() < deadline:
        time.sleep(0.02)
    return began(pid) is None


class TestStart:
    def test_returns_when_the_port_answers(self, starter: Starter) -> None:
        pid = starter.start(_LISTEN)

        assert answers(starter.port)
        assert starter.processes.running()["part"].pid == pid

    def test_takes_the_one_that_runs_already(self, starter: Starter) -> None:
        first = starter.start(_LISTEN)

        assert starter.start(_LISTEN) == first

    def test_replaces_one_that_was_started_otherwise(self, starter: Starter) -> None:
        first = starter.start(_LISTEN)

        second = starter.start(_LISTEN, "another word")

        assert second != first
        assert ended(first)

    def test_is_known_to_a_later_command(self, starter: Starter) -> None:
        pid = starter.start(_LISTEN)

        assert Processes(starter.folder).running()["part"].pid == pid

    def test_shows_the_log_of_one_that_ends(self, starter: Starter) -> None:
        with pytest.raises(DevError, match="the reason it failed"):
            starter.start(_FAIL)

        assert starter.processes.running() == {}

    def test_stops_one_that_stays_deaf(self, starter: Starter) -> None:
        with pytest.raises(DevError, match="did not start on port"):
            starter.start(_DEAF, seconds=0.3)

        assert starter.processes.running() == {}

    def test_names_the_variable_of_a_taken_port(self, starter: Starter) -> None:
        starter.start(_LISTEN)

        with pytest.raises(DevError, match="HOUSLER_PORT_OTHER"):
            starter.start(_LISTEN, name="other")


class TestStop:
    def test_ends_it_and_frees_its_port(self, starter: Starter) -> None:
        pid = starter.start(_LISTEN)

        assert starter.processes.stop("part")
        assert ended(pid)
        assert not answers(starter.port)

    def test_ends_its_workers_too(self, starter: Starter) -> None:
        note = starter.folder / "worker"
        starter.start(_LISTEN_WITH_WORKER, str(note))

        starter.processes.stop("part")

        assert ended(int(note.read_text()))

    def test_says_that_nothing_ran(self, starter: Starter) -> None:
        assert not starter.processes.stop("part")

    def test_leaves_a_stranger_with_the_same_number(self, starter: Starter) -> None:
        with subprocess.Popen(  # noqa: S603 -- the interpreter that runs this test
            [sys.executable, "-c", _DEAF], start_new_session=True
        ) as stranger:
            told = {"part": {"pid": stranger.pid, "began": "an earlier time", "port": starter.port}}
            (starter.folder / "processes.json").write_text(json.dumps(told))

            stopped = starter.processes.stop("part")

            alive = stranger.poll() is None
            stranger.kill()
        assert alive
        assert not stopped
