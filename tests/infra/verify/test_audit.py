import hashlib
import json
import os
import threading
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from infra.verify import audit as command
from infra.verify import reading
from infra.verify.findings import Wrong
from shared.config import audit
from shared.config.keys import NamedKeys
from shared.kernel.clock import utc_now
from tests.conftest import TestDatabase
from tests.infra.verify.logs import LATER, Attack, found, verify
from tests.shared.at_once import at_once
from tests.shared.audit.world import MINUTE, NOW, Folder, record, run, write


class TestAnUntouchedLog:
    def test_verifies(self, sealed_log: list[str], folder: Folder) -> None:
        report = verify(folder)

        assert (report.lines, report.seals, report.findings) == (9, 3, [])

    def test_verifies_when_there_is_nothing_in_it(self, database: TestDatabase, folder: Folder) -> None:
        report = verify(folder)

        assert (report.lines, report.seals, report.findings) == (0, 0, [])

    def test_verifies_after_writers_at_once(
        self, database: TestDatabase, app: Session, folder: Folder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(reading, "_PAGE", 7)
        for minute in range(3):
            at = NOW + minute * MINUTE
            at_once(database, 8, lambda session, _, at=at: write(session, 5, at=at))  # type: ignore[misc]
            run(folder, at=at)

        report = verify(folder)

        assert (report.lines, report.seals, report.findings) == (120, 3, [])

    def test_may_have_lines_that_the_chainer_comes_for_in_a_minute(
        self, sealed_log: list[str], app: Session, folder: Folder
    ) -> None:
        write(app, at=NOW + 3 * MINUTE)

        assert found(verify(folder)) == []

    def test_may_have_a_line_that_committed_late(
        self, app: Session, connect: Callable[[str], Connection], folder: Folder
    ) -> None:
        """A run of fifteen minutes dates its lines by its beginning."""
        with Session(connect("app")) as slow:
            record(slow, at=NOW)
            for minute in range(16):
                write(app, at=NOW + minute * MINUTE)
                run(folder, at=NOW + minute * MINUTE)
            slow.commit()
        run(folder, at=NOW + 16 * MINUTE)

        assert found(verify(folder, at=NOW + 17 * MINUTE)) == []

    def test_verifies_while_it_grows(self, database: TestDatabase, folder: Folder) -> None:
        ended = threading.Event()

        def work(write_one: Callable[[], object]) -> None:
            while not ended.is_set():
                write_one()

        def write_some() -> None:
            at_once(database, 2, lambda session, _: write(session, 3, at=utc_now()))

        workers = [
            threading.Thread(target=work, args=(each,))
            for each in (write_some, lambda: run(folder, at=utc_now()))
        ]
        for each in workers:
            each.start()
        try:
            reports = [verify(folder, at=utc_now()) for _ in range(10)]
        finally:
            ended.set()
            for each in workers:
                each.join()

        assert [each.findings for each in reports] == [[]] * 10
        assert reports[-1].lines > reports[0].lines
        assert reports[-1].seals > 0

    def test_verifies_after_the_chainer_stood_still(
        self, sealed_log: list[str], app: Session, folder: Folder
    ) -> None:
        for hour in range(1, 5):
            write(app, 2, at=NOW + timedelta(hours=hour))
        run(folder, at=LATER)

        assert found(verify(folder, at=LATER + MINUTE)) == []

    def test_verifies_when_keys_were_rotated(
        self, sealed_log: list[str], app: Session, folder: Folder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        keys = audit.seal_keys().keys | {"new": hashlib.sha256(b"new").digest()}
        monkeypatch.setattr(audit, "seal_keys", lambda: NamedKeys("new", keys))
        write(app, at=NOW + 3 * MINUTE)
        run(folder, at=NOW + 3 * MINUTE)

        report = verify(folder, keys=keys, at=NOW + 4 * MINUTE)

        assert (report.seals, report.findings) == (4, [])


class TestLinesThatWait:
    def test_longer_than_so_many_minutes_are_found(
        self, sealed_log: list[str], app: Session, folder: Folder
    ) -> None:
        write(app, 2, at=NOW + 3 * MINUTE)

        assert found(verify(folder, at=NOW + 22 * MINUTE)) == []
        assert found(verify(folder, at=NOW + 24 * MINUTE)) == [(Wrong.NOT_CHAINED, None)] * 2


class TestTheCommand:
    @pytest.fixture(autouse=True)
    def settings(self, monkeypatch: pytest.MonkeyPatch, folder: Folder) -> None:
        monkeypatch.setenv("S3_BUCKET_DOCUMENTS", "documents")
        monkeypatch.setattr(command, "object_storage", lambda: folder)
        for name in command._PATIENCE:
            monkeypatch.setenv(name, os.environ.get(name, "60000"))

    def test_says_what_it_checked(
        self, sealed_log: list[str], app: Session, folder: Folder, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert command.main(["--json"]) == 0

        lines = capsys.readouterr().out.splitlines()
        assert lines[0] == "Checked 9 lines of the audit log and 3 seals of its chain."
        assert json.loads(lines[-1]) == {
            "ok": True, "lines": 9, "seals": 3, "found": 0, "first": None, "findings": [],
        }  # fmt: skip

    def test_names_the_first_wrong_line_and_fails(
        self, sealed_log: list[str], attack: Attack, folder: Folder, capsys: pytest.CaptureFixture[str]
    ) -> None:
        attack("UPDATE audit_logs SET action = 'x' WHERE id = :id", id=UUID(sealed_log[4]))

        assert command.main(["--json"]) == 1

        lines = capsys.readouterr().out.splitlines()
        assert f"position 5, line {sealed_log[4]}" in lines[1]
        told = json.loads(lines[-1])
        assert (told["ok"], told["first"]["wrong"], told["first"]["position"], told["first"]["line"]) == (
            False,
            "edited",
            5,
            sealed_log[4],
        )

    def test_asks_for_what_it_needs(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.delenv("HOUSLER_AUDIT_KEYS")

        assert command.main([]) == 2
        assert capsys.readouterr().err == "set HOUSLER_AUDIT_KEYS\n"
