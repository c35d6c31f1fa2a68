"""The local stand-in for the cloud: MiniStack, bound to this machine only, with access rights enforced."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Final
from urllib.request import urlopen

ROOT: Final = Path(__file__).resolve().parents[2]
PYTHON: Final = ROOT / ".housler" / "envs" / "emulator" / "bin" / "python"
REGION: Final = "us-east-1"
_START_SECONDS: Final = 30
_STOP_SECONDS: Final = 15
#: Taken over from the starter's environment; nothing else is, for functions would see it.
_PASSED_ON: Final = ("PATH", "LANG", "LC_ALL", "HOME", "TZ", "LD_LIBRARY_PATH")
#: Started by this process, by process id: they are waited for when stopped.
_children: Final[dict[int, "subprocess.Popen[bytes]"]] = {}


class EmulatorError(Exception):
    """It did not start; the text says where its log lies."""


@dataclass(frozen=True, slots=True)
class Handle:
    """A running emulator; enough to find and stop it from another process."""

    pid: int
    url: str
    access_key_id: str
    secret_access_key: str
    log: str

    def client_environment(self) -> dict[str, str]:
        """What commands need to talk to it (``infra.cloud``, ``infra.deploy``)."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
            "AWS_ACCESS_KEY_ID": self.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.secret_access_key,
        }

    def healthy(self) -> bool:
        try:
            with urlopen(f"{self.url}/_ministack/health", timeout=2) as reply:  # noqa: S310 -- our own loopback address
                json.load(reply)
        except (OSError, HTTPException, ValueError):
            return False
        return True

    def stop(self) -> None:
        """Let it save what it holds; it takes its workers along."""
        if not _signal(self.pid, signal.SIGTERM):
            return
        deadline = time.monotonic() + _STOP_SECONDS
        while time.monotonic() < deadline:
            if _gone(self.pid):
                return
            time.sleep(0.05)
        _signal(self.pid, signal.SIGKILL)
        if self.pid in _children:
            _children[self.pid].wait(_STOP_SECONDS)


class Emulator:
    @staticmethod
    def start(
        data_dir: Path,
        port: int,
        *,
        access_key_id: str = "000000000000",
        secret_access_key: str = "local",  # noqa: S107 -- nothing outside this machine knows it
        python: Path = PYTHON,
        extra: dict[str, str] | None = None,
    ) -> Handle:
        """Start it on 127.0.0.1 and wait until it answers.

        :param data_dir: its state, objects, temporary files and log
        :param extra: further environment variables, which functions see too
        :raises EmulatorError: it ended, or did not answer within 30 s
        """
        scratch = data_dir / "tmp"
        shutil.rmtree(scratch, ignore_errors=True)  # it leaves unpacked functions behind
        scratch.mkdir(parents=True)
        log = data_dir / "emulator.log"
        with log.open("ab") as output:
            process = subprocess.Popen(
                [str(python), "-m", "ministack"],
                cwd=data_dir,
                env=_environment(data_dir, port, access_key_id, secret_access_key) | (extra or {}),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        _children[process.pid] = process
        handle = Handle(process.pid, f"http://127.0.0.1:{port}", access_key_id, secret_access_key, str(log))
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise EmulatorError(f"the emulator ended at once, see {log}")
            if handle.healthy():
                return handle
            time.sleep(0.1)
        handle.stop()
        raise EmulatorError(f"the emulator did not answer, see {log}")


def _environment(data_dir: Path, port: int, access_key_id: str, secret_access_key: str) -> dict[str, str]:
    passed = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return {
        **passed,
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "IOT_MTLS_ENABLED": "0",  # it would listen on every address
        "AUTH": "true",
        "AWS_ACCESS_KEY_ID": access_key_id,
        "AWS_SECRET_ACCESS_KEY": secret_access_key,
        "AWS_DEFAULT_REGION": REGION,
        "MINISTACK_REGION": REGION,
        "LAMBDA_ACCOUNT_CONCURRENCY": "400",
        "LAMBDA_WARM_TTL_SECONDS": "3600",
        "PERSIST_STATE": "1",
        "STATE_DIR": str(data_dir / "state"),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(data_dir / "s3"),
        "TMPDIR": str(data_dir / "tmp"),
        "PYTHONUNBUFFERED": "1",
    }


def _signal(pid: int, number: signal.Signals) -> bool:
    """The whole session of the emulator, which it leads; False when it's gone."""
    try:
        os.killpg(pid, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _gone(pid: int) -> bool:
    child = _children.get(pid)
    if child is not None:
        return child.poll() is not None
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


if __name__ == "__main__":
    running = Emulator.start(Path(sys.argv[1]), int(sys.argv[2]))
    print(json.dumps({"pid": running.pid, **running.client_environment()}))
