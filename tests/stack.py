"""The whole deployed stack for tests: one for a run, on ports and in a folder of its own, stopped at the end.

Whoever asks for the fixture ``stack`` first starts it; workers of the same run share it.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from infra.dev import places, ports
from infra.dev import stack as local

_FOLDER = "HOUSLER_TEST_STACK"
# Root's database runs as another user: it must be able to pass.
_OTHERS_PASS = 0o711
_START_SECONDS = 600


@dataclass(frozen=True, slots=True)
class RunningStack:
    """``gateway_url`` has no path; ``control_urls`` by stand-in: yookassa, tbank, smsru, smtp, fns."""

    folder: Path
    gateway_url: str
    control_urls: Mapping[str, str]
    #: what ``infra.demo`` is told: addresses, keys, DATABASE_URL and DATABASE_OWNER_URL
    env: Mapping[str, str]

    def invoke(self, name: str, payload: object = None) -> Any:
        """Call the deployed function ``schedules.payouts_send`` (or any other) and wait for its answer.

        :raises infra.cloud.FunctionFailed: it raised
        """
        # The AWS SDK takes half a second to import, and most runs of single tests don't need it.
        from infra import cloud  # noqa: PLC0415 -- see above

        with pytest.MonkeyPatch.context() as patch:
            for variable, value in self.env.items():
                if variable.startswith("AWS_"):
                    patch.setenv(variable, value)
            return cloud.invoke(name, payload)


def pytest_configure(config: pytest.Config) -> None:
    """The run's first process names the folder; its workers inherit the variable."""
    if not hasattr(config, "workerinput"):
        folder = Path(tempfile.mkdtemp(prefix="housler-stack-"))
        folder.chmod(_OTHERS_PASS)
        os.environ[_FOLDER] = str(folder)


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        folder = Path(os.environ.pop(_FOLDER))
        local.down(folder / "data")
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def stack() -> RunningStack:
    """The deployed stack; tests that take it carry ``@pytest.mark.stack``."""
    folder = Path(os.environ[_FOLDER])
    with places.locked(folder / "start.lock"):
        started = local.running(folder / "data") or _start(folder)
    return RunningStack(
        folder=started.folder,
        gateway_url=started.addresses.gateway,
        control_urls=started.addresses.control,
        env=started.environment,
    )


def _start(folder: Path) -> local.Stack:
    """As a person does: by the command, in a process of its own."""
    failed = folder / "failed"
    if failed.exists():
        pytest.fail("the stack did not start for another test of this run")
    failed.touch()
    data = folder / "data"
    data.mkdir(mode=_OTHERS_PASS)
    numbers = ports.free(len(ports.NAMES))
    chosen = {ports.variable(name): str(port) for name, port in zip(ports.NAMES, numbers, strict=True)}
    # A given database is the tests' own; the stack of the run makes one for itself.
    inherited = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    done = subprocess.run(
        [sys.executable, "-m", "infra.dev.stack_commands", "up"],
        cwd=places.ROOT,
        env={**inherited, **chosen, "HOUSLER_DATA": str(data)},
        check=False,
        capture_output=True,
        text=True,
        timeout=_START_SECONDS,
    )
    started = local.running(data)
    if done.returncode != 0 or started is None:
        pytest.fail(f"the stack did not start:\n{done.stderr}\n{done.stdout}")
    failed.unlink()
    return started
