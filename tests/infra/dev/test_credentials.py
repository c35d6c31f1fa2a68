import stat
from pathlib import Path

import pytest

from infra.dev import credentials
from shared.config import secrets


class TestCredentials:
    def test_are_readable_by_their_owner_only(self, tmp_path: Path) -> None:
        credentials.load(tmp_path / "data")

        assert stat.S_IMODE((tmp_path / "data" / "stack.json").stat().st_mode) == 0o600

    def test_stay_the_same_at_a_later_start(self, tmp_path: Path) -> None:
        assert credentials.load(tmp_path) == credentials.load(tmp_path)

    def test_differ_between_stacks(self, tmp_path: Path) -> None:
        one, other = credentials.load(tmp_path / "one"), credentials.load(tmp_path / "other")

        assert one["HOUSLER_CODE_KEY"] != other["HOUSLER_CODE_KEY"]
        assert one["YOOKASSA_SECRET_KEY"] != other["YOOKASSA_SECRET_KEY"]

    def test_get_what_a_newer_version_adds_and_keep_the_rest(self, tmp_path: Path) -> None:
        (tmp_path / "stack.json").write_text('{"SMSRU_API_ID": "kept"}')

        made = credentials.load(tmp_path)

        assert made["SMSRU_API_ID"] == "kept"
        assert made["FNS_MASTER_TOKEN"]

    def test_are_keys_that_the_service_takes(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        for name, value in credentials.load(tmp_path).items():
            monkeypatch.setenv(name, value)
        for load in (secrets.personal_data_keys, secrets.token_keys, secrets.code_key):
            load.cache_clear()

        assert secrets.personal_data_keys().ring.active == secrets.token_keys().active
        assert len(secrets.code_key()) == 32

        for load in (secrets.personal_data_keys, secrets.token_keys, secrets.code_key):
            load.cache_clear()
