import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from infra.dev import places, ports
from infra.dev.processes import Processes
from tests.stack import RunningStack


def command(name: str, data: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    return subprocess.run(  # noqa: S603 -- the interpreter that runs this test
        [sys.executable, "-m", "infra.dev.stack_commands", name],
        cwd=places.ROOT,
        env={**inherited, "HOUSLER_DATA": str(data), **environment},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )


@pytest.mark.stack
class TestUp:
    def test_a_second_one_takes_what_is_there(self, stack: RunningStack) -> None:
        before = Processes(stack.folder).running()

        again = command("up", stack.folder)

        assert again.returncode == 0, again.stderr
        assert Processes(stack.folder).running() == before
        assert "Deploying" not in again.stderr

    def test_names_the_gateway_and_every_control_page(self, stack: RunningStack) -> None:
        told = command("up", stack.folder).stdout

        assert [url for url in (stack.gateway_url, *stack.control_urls.values()) if url not in told] == []

    def test_keeps_secrets_to_itself(self, stack: RunningStack) -> None:
        names = ("HOUSLER_KEY_RING", "HOUSLER_TOKEN_KEYS", "HOUSLER_CODE_KEY", "YOOKASSA_SECRET_KEY")

        told = command("up", stack.folder)

        assert [name for name in names if stack.env[name] in told.stdout + told.stderr] == []
        readable = [path for path in stack.folder.glob("*.json") if path.stat().st_mode & 0o004]
        assert [path.name for path in readable if path.name != "processes.json"] == []


class TestPorts:
    def test_a_taken_one_is_named_before_anything_starts(self, tmp_path: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as other:
            numbers = ports.free(len(ports.NAMES))
            chosen = {
                ports.variable(name): str(port) for name, port in zip(ports.NAMES, numbers, strict=True)
            }
            chosen["HOUSLER_PORT_FNS"] = str(other.getsockname()[1])

            refused = command("up", tmp_path / "data", **chosen)

        assert refused.returncode == 1
        assert "HOUSLER_PORT_FNS" in refused.stderr
        assert "Traceback" not in refused.stderr
        assert Processes(tmp_path / "data").running() == {}


class TestDown:
    def test_of_a_stack_that_never_was_stops_nothing(self, tmp_path: Path) -> None:
        stopped = command("down", tmp_path / "nothing")

        assert stopped.returncode == 0
        assert stopped.stdout == "Nothing was running.\n"

    def test_makes_no_folder(self, tmp_path: Path) -> None:
        command("down", tmp_path / "nothing")

        assert not (tmp_path / "nothing").exists()
