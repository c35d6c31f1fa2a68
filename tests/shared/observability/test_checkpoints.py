import os
import signal
import subprocess
import sys

import pytest

from shared.config.environment import SettingsError
from shared.observability import checkpoints

PASSES_TWO = """
import atexit
from shared.observability.checkpoints import reached
atexit.register(print, "cleaned up")
reached("worker.first")
print("between", flush=True)
reached("worker.second")
print("after", flush=True)
"""


def run(**environment: str) -> tuple[int, str, str]:
    ended = subprocess.run(  # noqa: S603 -- this Python, with the text above
        [sys.executable, "-c", PASSES_TWO],
        env={**os.environ, "HOUSLER_STAGE": "test", **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return ended.returncode, ended.stdout, ended.stderr


class TestACheckpoint:
    def test_does_nothing_unless_asked(self) -> None:
        assert run() == (0, "between\nafter\ncleaned up\n", "")

    def test_kills_the_process_at_its_label_without_cleaning_up(self) -> None:
        assert run(HOUSLER_CRASH_AT="worker.second") == (-signal.SIGKILL, "between\n", "")

    @pytest.mark.parametrize("label", ["worker.third", "worker", "worker.secondary", ""])
    def test_does_nothing_at_another_label(self, label: str) -> None:
        assert run(HOUSLER_CRASH_AT=label)[0] == 0

    @pytest.mark.parametrize("label", ["worker.second", "elsewhere", ""])
    def test_production_refuses_to_run(self, label: str) -> None:
        code, said, complaint = run(HOUSLER_CRASH_AT=label, HOUSLER_STAGE="production")

        assert (code, said) == (1, "cleaned up\n")
        assert "HOUSLER_CRASH_AT must not be set in production" in complaint

    def test_production_without_it_runs(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HOUSLER_STAGE", "production")
        monkeypatch.delenv("HOUSLER_CRASH_AT", raising=False)
        checkpoints.reached("worker.first")

        monkeypatch.setenv("HOUSLER_CRASH_AT", "worker.first")
        with pytest.raises(SettingsError):
            checkpoints.reached("worker.first")
