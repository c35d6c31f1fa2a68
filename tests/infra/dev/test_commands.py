import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from infra.dev import places
from infra.dev.commands import COMMANDS


def dev(*arguments: str, root: Path = places.ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    return python(str(root / "dev"), *arguments, **environment)


def python(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 -- the interpreter that runs this test
        [sys.executable, *words],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


class TestDev:
    def test_alone_names_every_command(self) -> None:
        reply = dev()

        assert reply.returncode == 0
        assert [name for name in COMMANDS if f"  {name} " not in reply.stdout] == []

    def test_refuses_a_command_it_does_not_have(self) -> None:
        reply = dev("frobnicate")

        assert reply.returncode == 2
        assert "no command frobnicate" in reply.stderr

    def test_tells_an_older_python_what_to_do(self) -> None:
        pretend = (
            f"import runpy, sys; sys.version_info = (3, 10, 1); runpy.run_path({str(places.ROOT / 'dev')!r})"
        )

        reply = python("-c", pretend)

        assert reply.returncode == 1
        assert reply.stderr.startswith("Housler needs Python 3.11 or newer, and this is 3.10")
        assert len(reply.stderr.splitlines()) == 1

    def test_needs_nothing_but_the_standard_library(self) -> None:
        reply = python("-I", "-S", str(places.ROOT / "dev"))

        assert reply.returncode == 0, reply.stderr

    @pytest.mark.parametrize(("command", "one"), [("bench", "crypto"), ("campaign", "splits")])
    def test_says_which_benches_and_campaigns_there_are(self, command: str, one: str) -> None:
        reply = dev(command, "nothing-like-it")

        assert reply.returncode == 1
        assert f"./dev {command}" in reply.stderr
        assert one in reply.stderr

    @pytest.mark.parametrize("command", ["render", "test"])
    @pytest.mark.parametrize("python_path", ["/bin/false", "/no/such/python"])
    def test_says_what_is_wrong_with_a_chosen_python(
        self, tmp_path: Path, command: str, python_path: str
    ) -> None:
        reply = dev(command, root=a_tree(tmp_path), HOUSLER_PYTHON=python_path)

        assert reply.returncode == 1
        assert "HOUSLER_PYTHON" in reply.stderr
        assert "Traceback" not in reply.stderr


def a_tree(folder: Path) -> Path:
    """A copy of the launcher whose locks ask for nothing, so that building takes no network."""
    tree = folder / "tree"
    shutil.copytree(places.ROOT / "infra" / "dev", tree / "infra" / "dev")
    shutil.copytree(places.ROOT / "shared" / "config", tree / "shared" / "config")
    (tree / "infra" / "render.py").write_text("import sys\nprint('rendered by', sys.prefix)\n")
    for package in ("infra", "shared"):
        (tree / package / "__init__.py").touch()
    shutil.copy(places.ROOT / "dev", tree)
    (tree / "infra" / "locks").mkdir()
    for lock in ("bootstrap", "tests", "chalice", "emulator"):
        (tree / "infra" / "locks" / f"{lock}.txt").touch()
    return tree


class TestEnvironments:
    def test_are_built_once_and_again_when_a_lock_changes(self, tmp_path: Path) -> None:
        tree = a_tree(tmp_path)

        first, second = dev("render", root=tree), dev("render", root=tree)
        (tree / "infra" / "locks" / "tests.txt").write_text("# another\n")
        third = dev("render", root=tree)

        assert first.stdout == f"rendered by {tree / '.housler' / 'envs' / 'tests'}\n", first.stderr
        assert "Building the environment tests" in first.stderr
        assert "Building" not in second.stderr
        assert "Building the environment tests" in third.stderr

    def test_are_built_once_by_two_commands_at_the_same_time(self, tmp_path: Path) -> None:
        tree = a_tree(tmp_path)
        both = [
            subprocess.Popen(  # noqa: S603 -- the interpreter that runs this test
                [sys.executable, str(tree / "dev"), "render"],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            for _ in range(2)
        ]

        told = [process.communicate(timeout=120) for process in both]

        assert [process.returncode for process in both] == [0, 0]
        assert sum("Building the environment tests …" in progress for _, progress in told) == 1

    def test_a_failed_build_shows_why_and_is_tried_again(self, tmp_path: Path) -> None:
        tree = a_tree(tmp_path)
        (tree / "infra" / "locks" / "chalice.txt").write_text("not a requirement at all\n")

        failed = dev("render", root=tree)
        (tree / "infra" / "locks" / "chalice.txt").write_text("")
        mended = dev("render", root=tree)

        assert failed.returncode == 1
        assert "not a requirement at all" in failed.stderr
        assert mended.returncode == 0, mended.stderr


@pytest.mark.parametrize("name", ["dev", ".ci/run"])
def test_what_people_start_is_executable(name: str) -> None:
    assert os.access(places.ROOT / name, os.X_OK)
