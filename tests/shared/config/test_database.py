from collections.abc import Iterator

import pytest

from shared.config import database
from shared.config.environment import SettingsError

SECRET = "s%3Acret"


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    database.load.cache_clear()
    yield
    database.load.cache_clear()


def load(monkeypatch: pytest.MonkeyPatch, url: str, stage: str = "local") -> database.DatabaseSettings:
    monkeypatch.setenv("HOUSLER_STAGE", stage)
    monkeypatch.setenv("DATABASE_URL", url)
    return database.load()


class TestDatabaseSettings:
    def test_are_read_from_one_address(self, monkeypatch: pytest.MonkeyPatch) -> None:
        settings = load(
            monkeypatch,
            f"postgresql://app:{SECRET}@db.example:6432/deals?sslmode=verify-full&sslrootcert=ca.pem",
        )

        assert (settings.host, settings.port, settings.database, settings.user) == (
            "db.example", 6432, "deals", "app",
        )  # fmt: skip
        assert (settings.password, settings.tls_mode, settings.tls_ca_file) == (
            "s:cret",
            "verify-full",
            "ca.pem",
        )
        assert (settings.statement_timeout_ms, settings.lock_timeout_ms) == (10_000, 5_000)

    def test_do_not_show_the_password(self, monkeypatch: pytest.MonkeyPatch) -> None:
        settings = load(monkeypatch, f"postgresql://app:{SECRET}@db.example/deals")

        assert "s:cret" not in repr(settings)

    @pytest.mark.parametrize(
        "wrong",
        [
            "mysql://app:s@db.example/deals",
            "postgresql://db.example/deals",
            "postgresql://app:s@db.example",
            "postgresql://app:s@db.example:many/deals",
            "postgresql://app:s@db.example/deals?sslmode=prefer",
            "postgresql://app:s@[db/deals",
        ],
    )
    def test_name_the_variable_and_not_its_value(self, monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
        with pytest.raises(SettingsError, match="DATABASE_URL") as caught:
            load(monkeypatch, wrong)

        assert "app:s" not in str(caught.value)

    @pytest.mark.parametrize("mode", ["disable", "require"])
    def test_ask_for_a_checked_server_in_production(self, monkeypatch: pytest.MonkeyPatch, mode: str) -> None:
        with pytest.raises(SettingsError, match="verify-full"):
            load(monkeypatch, f"postgresql://app:s@db.example/deals?sslmode={mode}", "production")

    def test_check_the_server_in_production_unasked(self, monkeypatch: pytest.MonkeyPatch) -> None:
        settings = load(monkeypatch, "postgresql://app:s@db.example/deals", "production")

        assert settings.tls_mode == "verify-full"
