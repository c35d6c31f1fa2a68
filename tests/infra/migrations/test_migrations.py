import os
import subprocess
import sys

import pytest
from sqlalchemy import Connection, text

from infra import migrate
from tests.conftest import TestDatabase


class TestMigrations:
    def test_give_what_the_models_and_the_committed_catalog_say(self, database: TestDatabase) -> None:
        assert migrate.differences(database.owner_url) == []

    def test_run_again_change_nothing(self, database: TestDatabase) -> None:
        before, after = migrate.upgrade(database.owner_url)

        assert before == after

    @pytest.mark.parametrize(
        ("change", "sign"),
        [
            ("ALTER TABLE ledger_entries DISABLE TRIGGER ledger_entries_1_checked", "+CREATE TRIGGER"),
            ("ALTER TABLE ledger_holds DROP CONSTRAINT ck_ledger_holds_amount", "-ledger_holds ck_"),
            ("GRANT INSERT ON ledger_entries TO housler_app", "+ledger_entries: housler_app INSERT, SELECT"),
            ("GRANT EXECUTE ON FUNCTION ledger_lines(uuid, boolean) TO PUBLIC", "+ledger_lines"),
            ("DROP INDEX ix_ledger_entries_account_id", "-CREATE INDEX"),
            ("CREATE TABLE stray (id int)", "remove_table"),
            ("ALTER TABLE ledger_transactions DROP COLUMN refund_id", "add_column"),
        ],
    )
    def test_drift_is_seen(self, database: TestDatabase, owner: Connection, change: str, sign: str) -> None:
        owner.execute(text(change))
        owner.commit()

        assert any(sign in line for line in migrate.differences(database.owner_url))

    def test_every_foreign_key_has_an_index(self, owner: Connection) -> None:
        bare = owner.execute(
            text(
                """
                SELECT c.conrelid::regclass::text || '.' || a.attname
                FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
                WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace
                  AND NOT EXISTS (
                      SELECT FROM pg_index i WHERE i.indrelid = c.conrelid AND i.indkey[0] = c.conkey[1])
                """
            )
        ).scalars()

        assert list(bare) == []


class TestTheCommand:
    def test_says_what_it_did(self, database: TestDatabase) -> None:
        environment = os.environ | {"DATABASE_OWNER_URL": database.owner_url}
        done = subprocess.run(
            [sys.executable, "-W", "error", "-m", "infra.migrate"],
            capture_output=True, text=True, env=environment, check=True, timeout=60,
        )  # fmt: skip

        assert done.stdout.startswith("The database is at ")

    def test_asks_for_a_database(self) -> None:
        environment = {key: value for key, value in os.environ.items() if key != "DATABASE_OWNER_URL"}
        done = subprocess.run(
            [sys.executable, "-m", "infra.migrate"],
            capture_output=True, text=True, env=environment, check=False, timeout=60,
        )  # fmt: skip

        assert (done.returncode, done.stderr) == (2, "set DATABASE_OWNER_URL\n")
