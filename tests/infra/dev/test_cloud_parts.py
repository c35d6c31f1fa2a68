from pathlib import Path

from infra.dev import cloud_parts


class TestMovedEmulator:
    def test_takes_the_addresses_in_its_saved_state_along(self, tmp_path: Path) -> None:
        (tmp_path / "state").mkdir()
        state = tmp_path / "state" / "sqs.json"
        state.write_text(
            '{"url": "http://127.0.0.1:8701/000000000000/housler-jobs", "other": "127.0.0.1:8702"}'
        )
        cloud_parts._move(tmp_path, 8_701)

        cloud_parts._move(tmp_path, 9_501)

        assert "http://127.0.0.1:9501/000000000000/housler-jobs" in state.read_text()
        assert "127.0.0.1:8702" in state.read_text()
        assert "8701" not in state.read_text()

    def test_changes_nothing_when_it_stays(self, tmp_path: Path) -> None:
        (tmp_path / "state").mkdir()
        state = tmp_path / "state" / "sqs.json"
        state.write_text('{"url": "http://127.0.0.1:8701/1"}')
        cloud_parts._move(tmp_path, 8_701)

        cloud_parts._move(tmp_path, 8_701)

        assert state.read_text() == '{"url": "http://127.0.0.1:8701/1"}'
