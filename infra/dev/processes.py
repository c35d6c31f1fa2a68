"""Starts the stack's processes, remembers them, and stops those and no others.

A process is known by its number *and* the moment it began: a number that the system has given to somebody
else since is not ours to stop.
"""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from infra.dev import console, ports

_POLL_SECONDS: Final = 0.05
_STOP_SECONDS: Final = 15
_CONNECT_SECONDS: Final = 1
_PROC: Final = Path("/proc")
_STATE_FIELD, _STARTED_FIELD = 0, 19


@dataclass(frozen=True, slots=True)
class Record:
    """One process that we started; ``began`` is the system's own word for when."""

    pid: int
    began: str
    port: int
    #: digest of its arguments and environment; empty where somebody else started it
    command: str = ""


class Processes:
    """The processes of one stack, recorded in ``processes.json`` of its folder."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "processes.json"
        self._logs = folder / "logs"

    def running(self) -> dict[str, Record]:
        """Those that still run, by name."""
        return {name: record for name, record in self._read().items() if _is_same(record)}

    def log(self, name: str) -> Path:
        return self._logs / f"{name}.log"

    def start(
        self,
        name: str,
        argv: Sequence[str | Path],
        *,
        port: int,
        environment: Mapping[str, str],
        folder: Path,
        ready_seconds: float = 30,
    ) -> Record:
        """Start it in a session of its own and wait until its port answers.

        One that runs already is taken, if it was started in the same way.

        :raises DevError: its port is taken, or it ended or stayed deaf; shows the end of its log
        """
        words = [str(word) for word in argv]
        command = sha256(json.dumps([words, sorted(environment.items())]).encode()).hexdigest()
        running = self.running().get(name)
        if running is not None and (running.port, running.command) == (port, command):
            return running
        self.stop(name)
        ports.require_free(name, port)
        self._logs.mkdir(parents=True, exist_ok=True)
        with self.log(name).open("ab") as log:
            process = subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=dict(environment),
                cwd=folder,
                start_new_session=True,
            )
        record = Record(process.pid, began(process.pid) or "", port, command)
        self._write({**self._read(), name: record})
        self._await(name, process, port, ready_seconds)
        return record

    def adopt(self, name: str, pid: int, port: int) -> None:
        """Take over a process of ours that leads its own session and was started elsewhere."""
        self._write({**self._read(), name: Record(pid, began(pid) or "", port)})

    def stop(self, name: str) -> bool:
        """Stop it and what it started; False when it doesn't run."""
        records = self._read()
        record = records.pop(name, None)
        was_running = record is not None and _is_same(record)
        if record is not None and was_running:
            _end(record)
        self._write(records)
        return was_running

    def _await(self, name: str, process: subprocess.Popen[bytes], port: int, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if process.poll() is not None:
                break
            if answers(port):
                # It outlives this command by design: nobody is left to collect it.
                process.returncode = 0
                return
            time.sleep(_POLL_SECONDS)
        self.stop(name)
        process.wait(timeout=_STOP_SECONDS)
        raise console.DevError(
            f"{name} did not start on port {port}; the end of {self.log(name)}:\n{console.tail(self.log(name))}"
        )

    def _read(self) -> dict[str, Record]:
        if not self._file.exists():
            return {}
        told = json.loads(self._file.read_text(encoding="utf-8"))
        return {name: Record(**record) for name, record in told.items()}

    def _write(self, records: Mapping[str, Record]) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        partial = self._file.with_suffix(".part")
        told = {name: asdict(record) for name, record in records.items()}
        partial.write_text(json.dumps(told, indent=2), encoding="utf-8")
        partial.replace(self._file)


def answers(port: int) -> bool:
    """Whether somebody accepts connections there."""
    try:
        socket.create_connection((ports.LOOPBACK, port), timeout=_CONNECT_SECONDS).close()
    except OSError:
        return False
    return True


def began(pid: int) -> str | None:
    """When the process began, in the system's own words; None when it has ended."""
    if not _PROC.is_dir():
        asked = subprocess.run(
            ["ps", "-o", "lstart=", "-p", str(pid)], check=False, capture_output=True, text=True, timeout=10
        )
        return asked.stdout.strip() or None
    try:
        # The name in brackets may hold spaces and brackets of its own.
        fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
        boot = (_PROC / "sys" / "kernel" / "random" / "boot_id").read_text().strip()
    except OSError:
        return None
    if fields[_STATE_FIELD] == "Z":
        return None
    return f"{boot} {fields[_STARTED_FIELD]}"


def _is_same(record: Record) -> bool:
    return bool(record.began) and began(record.pid) == record.began


def _end(record: Record) -> None:
    """Ask, wait, then insist; its whole session, since its workers may outlive it."""
    _signal(record, signal.SIGTERM)
    deadline = time.monotonic() + _STOP_SECONDS
    while _is_same(record) and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)
    _signal(record, signal.SIGKILL)
    while _is_same(record):
        time.sleep(_POLL_SECONDS)


def _signal(record: Record, number: signal.Signals) -> None:
    # The group is gone when its last member is.
    with suppress(ProcessLookupError):
        os.killpg(record.pid, number)
