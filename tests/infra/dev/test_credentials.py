import json
import os
import stat
from base64 import b64encode
from pathlib import Path

import pytest

from infra.dev import credentials
from shared.config import secrets
from shared.security import key_service
from tests import settings


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
        settings.forget()

        opened = key_service.personal_data_keys()
        assert opened.ring.active == opened.index.active == secrets.token_keys().active
        assert len(secrets.code_key()) == 32

    def test_keep_the_one_index_key_of_a_former_version_as_the_first(self, tmp_path: Path) -> None:
        former = b64encode(os.urandom(32)).decode()
        (tmp_path / "stack.json").write_text(json.dumps({"HOUSLER_INDEX_KEY": former}))

        made = credentials.load(tmp_path)

        assert json.loads(made["HOUSLER_INDEX_KEYS"]) == {"active": "k1", "keys": {"k1": former}}
        assert "HOUSLER_INDEX_KEY" not in made
        assert credentials.load(tmp_path) == made
