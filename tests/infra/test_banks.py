import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from infra import banks
from infra.discovery import ROOT
from shared.kernel.bank_details import key_fits
from shared.organizations.bank_models import Bank
from tests.conftest import TestDatabase

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
SAMPLE = ROOT / "infra" / "data" / "banks_sample.xml"


def sample() -> str:
    return SAMPLE.read_text("cp1251")


def changed(old: str, new: str) -> bytes:
    content = sample()
    assert old in content
    return content.replace(old, new).encode("cp1251")


def run(database: TestDatabase, path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 -- the interpreter that runs this test
        [sys.executable, "-m", "infra.banks", str(path)],
        cwd=ROOT,
        env={**os.environ, "DATABASE_OWNER_URL": database.owner_url},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


class TestTheSample:
    def test_has_banks_whose_accounts_hold_at_the_bank_of_russia(self) -> None:
        lines = banks.read(SAMPLE.read_bytes())

        assert [line.bik for line in lines] == ["044525187", "044525225", "044525974"]
        assert lines[1] == banks.BankLine("044525225", "ПАО Сбербанк", "г Москва", "30101810400000000225")
        assert all(key_fits(str(line.correspondent_account), f"{line.bik[:6]}000") for line in lines)


class TestReading:
    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ('BIC="044525225"', 'BIC="04452522"'),
            ('BIC="044525225"', 'BIC="044525187"'),
            ('NameP="ПАО Сбербанк"', 'NameP=" "'),
            ('Account="30101810400000000225"', 'Account="3010181040000000022"'),
            ("</ED807>", ""),
            ("ED807", "ED808"),
            ('InfoTypeCode="FIRR"', 'InfoTypeCode="SIRR"'),
            ("PSAC", "PSDL"),
            ("<ED807", '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><ED807'),
        ],
    )
    def test_refuses_what_is_broken_in_one_place(self, old: str, new: str) -> None:
        with pytest.raises(banks.DirectoryBroken):
            banks.read(changed(old, new))

    def test_leaves_out_a_bank_that_is_gone(self) -> None:
        content = sample().replace("PSAC", "PSDL", 1).encode("cp1251")

        assert [line.bik for line in banks.read(content)] == ["044525225", "044525974"]

    def test_takes_a_bank_without_an_account(self) -> None:
        (line, *_) = banks.read(changed("CRSA", "TRSA"))

        assert line.correspondent_account is None


class TestLoading:
    def test_replaces_what_is_there(self, app: Session, owner: Connection) -> None:
        owner.execute(
            text(
                "INSERT INTO banks (bik, name, updated_at)"
                " VALUES ('044525225', 'Прежнее имя', now()), ('044525999', 'Закрытый банк', now())"
            )
        )

        loaded = banks.load(owner, banks.read(SAMPLE.read_bytes()), now=NOW)
        owner.commit()

        assert loaded == banks.Loaded(kept=3, gone=1)
        assert {bank.bik: bank.name for bank in app.scalars(select(Bank))} == {
            "044525187": "БАНК ВТБ (ПАО)",
            "044525225": "ПАО Сбербанк",
            "044525974": 'АО "ТБанк"',
        }

    def test_by_command_says_what_it_did(self, app: Session, database: TestDatabase) -> None:
        done = run(database, SAMPLE)

        assert (done.returncode, done.stdout) == (0, "3 banks, 0 gone.\n"), done.stderr
        assert len(app.scalars(select(Bank)).all()) == 3

    def test_of_a_broken_file_changes_nothing(
        self, app: Session, database: TestDatabase, tmp_path: Path
    ) -> None:
        run(database, SAMPLE)
        broken = tmp_path / "broken.xml"
        broken.write_bytes(changed('BIC="044525974"', 'BIC="nonsense"'))

        done = run(database, broken)

        assert done.returncode == 1
        assert "has no BIK" in done.stderr
        assert len(app.scalars(select(Bank)).all()) == 3

    def test_is_not_for_the_application(self, app: Session) -> None:
        with pytest.raises(ProgrammingError, match="permission denied"):
            app.execute(text("DELETE FROM banks"))
