"""Real servers: the system's, and the wheel's newest."""

import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from infra import migrate
from infra.dev import postgres
from infra.dev.postgres_binaries import PostgresError, find_binaries, is_reachable, run_sql
from tests.conftest import engine_for

Start = Callable[..., postgres.Server]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that root's helper user may enter (pytest's own is closed to it)."""
    made = Path(tempfile.mkdtemp(prefix="housler-tests-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def start(folder: Path) -> Iterator[Start]:
    servers: list[postgres.Server] = []

    def run(**options: object) -> postgres.Server:
        servers.append(postgres.start(folder / "data", durable=False, **options))  # type: ignore[arg-type]  # as given
        return servers[-1]

    yield run
    for server in servers:
        server.stop()


def value_of(url: str, query: str) -> object:
    with engine_for(url).connect() as connection:
        return connection.execute(text(query)).scalar_one()


class TestAServer:
    def test_listens_on_loopback_only(self, start: Start) -> None:
        server = start()

        assert value_of(server.admin_url, "SHOW listen_addresses") == "127.0.0.1"
        assert value_of(server.admin_url, "SHOW unix_socket_directories") == ""

    def test_lets_nobody_in_without_his_password(self, start: Start) -> None:
        server = start()
        wrong = server.app_url.replace("housler_app:", "housler_app:x")

        assert value_of(server.app_url, "SELECT current_user") == "housler_app"
        with pytest.raises(PostgresError, match="password authentication failed"):
            run_sql(server.binaries, wrong, "SELECT 1")

    def test_gives_its_roles_no_power_over_the_server(self, start: Start) -> None:
        powers = "SELECT bool_or(rolsuper OR rolcreatedb OR rolcreaterole OR rolbypassrls) FROM pg_roles WHERE rolname LIKE 'housler\\____%' ESCAPE '\\' AND rolname <> 'housler_admin'"

        assert value_of(start().admin_url, powers) is False

    def test_is_taken_up_by_a_second_start(self, start: Start) -> None:
        first = start()

        second = start(port=1)

        assert second == first

    def test_keeps_its_data_and_passwords_over_a_stop(self, start: Start) -> None:
        first = start()
        migrate.upgrade(first.owner_url)
        first.stop()
        with pytest.raises(PostgresError):
            run_sql(first.binaries, first.app_url, "SELECT 1")

        again = start()

        assert value_of(again.app_url, "SELECT count(*) FROM ledger_chart") == 17

    def test_keeps_its_secrets_from_others(self, start: Start, folder: Path) -> None:
        server = start()

        assert stat.S_IMODE((folder / "data.passwords.json").stat().st_mode) == 0o600
        assert stat.S_IMODE((folder / "data").stat().st_mode) == 0o700
        assert not (folder / "data.initial-password").exists()
        assert "postgresql://" not in repr(server)

    def test_says_why_it_does_not_start(self, start: Start, folder: Path) -> None:
        running = start()
        port = int(running.app_url.rpartition(":")[2].partition("/")[0])

        with pytest.raises(PostgresError, match=f"does not start on port {port}"):
            postgres.start(folder / "other", port, durable=False)

    def test_given_by_its_address_gets_the_roles_and_is_left_running(
        self, start: Start, folder: Path
    ) -> None:
        ours = start()

        given = postgres.start(folder / "given", url=ours.admin_url)
        given.stop()

        assert value_of(given.owner_url, "SELECT current_user") == "housler_owner"
        assert given.data_dir is None


class TestTheBundledServer:
    def test_runs_the_same_schema(self, start: Start) -> None:
        server = start(bundled=True)
        migrate.upgrade(server.owner_url)

        assert server.version == find_binaries(bundled=True).version
        assert migrate.differences(server.owner_url) == []

    def test_is_chosen_again_for_data_that_it_made(self, start: Start, folder: Path) -> None:
        made_by = start(bundled=True).version

        assert find_binaries(folder / "data").version == made_by


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has a helper user")
class TestAsRoot:
    def test_a_folder_closed_to_others_is_not_reachable(self, folder: Path) -> None:
        (folder / "closed").mkdir(mode=0o700)

        assert is_reachable(folder / "data")
        assert not is_reachable(folder / "closed" / "data")

    def test_the_data_belongs_to_the_helper(self, start: Start, folder: Path) -> None:
        start()

        assert (folder / "data").stat().st_uid != 0
