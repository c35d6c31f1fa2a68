import os
from datetime import datetime
from pathlib import Path

import pytest

from infra import rotate_keys
from infra.dev import stack, stack_commands
from shared.kernel.clock import utc_now
from tests.builders.town import a_town
from tests.infra.rotation.conftest import Use

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def now(database: object) -> datetime:
    return utc_now()


class TestTheCommand:
    @pytest.mark.parametrize("rows", ["0", "-1", "5001", "many"])
    def test_takes_a_sensible_batch(self, rows: str, capsys: Capture) -> None:
        with pytest.raises(SystemExit):
            rotate_keys.main(["--batch", rows])

        assert "--batch" in capsys.readouterr().err


class TestTheCommandOfAStack:
    def test_takes_the_keys_and_the_database_of_the_running_one(
        self, now: datetime, use: Use, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        use("old")
        a_town(now, size=1)
        use("new", "old")
        running = stack.Stack(tmp_path, {}, dict(os.environ))
        monkeypatch.setattr(stack, "running", lambda _folder: running)

        assert stack_commands.main(["rotate-keys", "--check"]) == 1
        assert stack_commands.main(["rotate-keys"]) == 0
        assert stack_commands.main(["rotate-keys", "--check"]) == 0

    def test_says_what_to_do_where_none_runs(self, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
        monkeypatch.setattr(stack, "running", lambda _folder: None)

        assert stack_commands.main(["rotate-keys"]) == 1

        assert "Start the stack by ./dev up" in capsys.readouterr().err
