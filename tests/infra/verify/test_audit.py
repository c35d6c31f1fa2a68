"""Every attack is a superuser's, by plain SQL with the triggers off; each is found and named."""

import hashlib
import json
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Connection, select, text
from sqlalchemy.orm import Session

from infra.verify import audit as command
from infra.verify import reading
from infra.verify.findings import Report, Wrong
from shared.audit import seals
from shared.audit.chain_models import AuditLink
from shared.audit.hashing import GENESIS, LINE, Line, link_hash, seconds_of
from shared.audit.tables import audit_logs
from shared.config import audit
from shared.config.keys import NamedKeys
from shared.kernel.identifiers import new_id
from tests.conftest import TestDatabase
from tests.shared.at_once import at_once
from tests.shared.audit.world import MINUTE, NOW, Folder, record, run, write

LATER = NOW + timedelta(hours=5)
Attack = Callable[..., None]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "bucket")


@pytest.fixture
def attack(administrator: Connection, database: TestDatabase) -> Attack:
    """Runs statements as a superuser, past every trigger and foreign key, which are on again afterwards."""

    def run_it(*statements: str, **values: object) -> None:
        for switch in ("DISABLE", "ENABLE"):
            for table in ("audit_logs", "audit_chain", "audit_seals"):
                administrator.execute(text(f"ALTER TABLE {table} {switch} TRIGGER ALL"))
            for statement in statements if switch == "DISABLE" else ():
                administrator.execute(
                    text(statement), {name: each for name, each in values.items() if f":{name}" in statement}
                )
        administrator.commit()

    return run_it


@pytest.fixture
def sealed_log(app: Session, folder: Folder) -> list[str]:
    """Nine lines in three runs of a chainer, one a minute; their ids by position − 1."""
    for minute in range(3):
        write(app, 3, at=NOW + minute * MINUTE)
        run(folder, at=NOW + minute * MINUTE)
    ids = [str(each) for each in app.scalars(select(AuditLink.audit_id).order_by(AuditLink.position))]
    app.rollback()
    return ids


def verify(
    folder: Folder, *, at: datetime = NOW + 3 * MINUTE, keys: dict[str, bytes] | None = None
) -> Report:
    return command.verify(folder, keys or audit.seal_keys().keys, now=at, minutes=20)


def found(report: Report) -> list[tuple[Wrong, int | None]]:
    assert report.found == len(report.findings)
    return [(each.wrong, each.position) for each in report.findings]


def first(report: Report) -> tuple[Wrong, int | None, str | None]:
    assert report.first is not None
    return report.first.wrong, report.first.position, report.first.line_id


def chain_anew(administrator: Connection, attack: Attack) -> None:
    """What a thorough attacker does: every hash is made again from the lines as they are."""
    rows = administrator.execute(
        select(AuditLink.position, seconds_of(AuditLink.__table__.c.chained_at), *LINE)
        .join(audit_logs, audit_logs.c.id == AuditLink.audit_id)
        .order_by(AuditLink.position)
    ).all()
    before, hashes = GENESIS, []
    for position, chained_at, *line in rows:
        before = link_hash(before, Line(*line), chained_at)
        hashes.append({"position": position, "hash": before.hex()})
    attack(
        "UPDATE audit_chain c SET hash = decode(n.hash, 'hex')"
        " FROM json_to_recordset(:hashes) n(position bigint, hash text) WHERE n.position = c.position",
        hashes=json.dumps(hashes),
    )


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

    def test_verifies_after_the_chainer_stood_still(
        self, sealed_log: list[str], app: Session, folder: Folder, monkeypatch: pytest.MonkeyPatch
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


class TestAnEdit:
    @pytest.mark.parametrize(
        "change",
        [
            "action = 'deal.cancelled'",
            "actor_id = gen_random_uuid()",
            "entity_kind = 'user'",
            "entity_id = gen_random_uuid()",
            "before = NULL",
            """after = after || '{"revision": 2}'""",
            """after = '{"status": "submitted", "revision": "1", "urgent": false, "reason": null}'""",
            "ip = '203.0.113.8'",
            "user_agent = NULL",
            "request_id = 'another'",
            "recorded_at = recorded_at + interval '1 microsecond'",
            "recorded_at = 'infinity'",
        ],
    )
    def test_of_any_column_is_found_where_it_was_made(
        self, sealed_log: list[str], attack: Attack, folder: Folder, change: str
    ) -> None:
        attack(f"UPDATE audit_logs SET {change} WHERE id = :id", id=UUID(sealed_log[4]))  # noqa: S608 -- ours

        report = verify(folder)

        assert found(report) == [(Wrong.EDITED, 5)]
        assert first(report) == (Wrong.EDITED, 5, sealed_log[4])

    def test_of_the_moment_of_chaining_is_found(
        self, sealed_log: list[str], attack: Attack, folder: Folder
    ) -> None:
        attack("UPDATE audit_chain SET chained_at = chained_at + interval '1 second' WHERE position = 5")

        assert first(verify(folder)) == (Wrong.EDITED, 5, sealed_log[4])

    def test_with_the_hashes_made_anew_is_found_by_the_next_seal(
        self, sealed_log: list[str], attack: Attack, administrator: Connection, folder: Folder
    ) -> None:
        attack("UPDATE audit_logs SET action = 'x' WHERE id = :id", id=UUID(sealed_log[4]))
        chain_anew(administrator, attack)

        # Of the three seals that of position 3 is right still.
        assert found(verify(folder)) == [(Wrong.REWRITTEN, 4)] * 2

    def test_with_hashes_and_the_databases_seals_made_anew_is_found_outside(
        self, sealed_log: list[str], attack: Attack, administrator: Connection, folder: Folder
    ) -> None:
        attack("UPDATE audit_logs SET action = 'x' WHERE id = :id", id=UUID(sealed_log[4]))
        chain_anew(administrator, attack)
        attack(
            "UPDATE audit_seals SET hash = (SELECT hash FROM audit_chain c WHERE c.position = audit_seals.position)"
        )

        wrongs = {each.wrong for each in verify(folder).findings}

        assert {Wrong.FORGED, Wrong.REWRITTEN} <= wrongs


class TestADeletion:
    def test_of_a_line_is_found_where_it_was(
        self, sealed_log: list[str], attack: Attack, folder: Folder
    ) -> None:
        attack("DELETE FROM audit_logs WHERE id = :id", id=UUID(sealed_log[4]))

        report = verify(folder)

        assert found(report) == [(Wrong.DELETED, 5)]
        assert first(report) == (Wrong.DELETED, 5, sealed_log[4])

    def test_of_a_line_and_its_link_leaves_a_gap(
        self, sealed_log: list[str], attack: Attack, folder: Folder
    ) -> None:
        attack(
            "DELETE FROM audit_logs WHERE id = :id",
            "DELETE FROM audit_chain WHERE audit_id = :id",
            id=UUID(sealed_log[4]),
        )

        assert found(verify(folder)) == [(Wrong.GAP, 5)]

    def test_with_the_rest_moved_up_and_the_hashes_made_anew_is_found(
        self, sealed_log: list[str], attack: Attack, administrator: Connection, folder: Folder
    ) -> None:
        attack(
            "DELETE FROM audit_logs WHERE id = :id",
            "DELETE FROM audit_chain WHERE audit_id = :id",
            "UPDATE audit_chain SET position = position + 1000 WHERE position > 5",
            "UPDATE audit_chain SET position = position - 1001 WHERE position > 1000",
            id=UUID(sealed_log[4]),
        )
        chain_anew(administrator, attack)

        wrongs = found(verify(folder))

        assert wrongs[0] == (Wrong.REWRITTEN, 4)
        assert (Wrong.CUT, 9) in wrongs

    def test_before_the_line_was_chained_is_found(
        self, sealed_log: list[str], app: Session, attack: Attack, folder: Folder
    ) -> None:
        write(app, action="not.chained", at=NOW + 3 * MINUTE)
        attack("DELETE FROM audit_logs WHERE action = 'not.chained'")
        run(folder, at=NOW + 3 * MINUTE)

        assert found(verify(folder)) == [(Wrong.DELETED, None)]


class TestAnInsertion:
    def test_of_a_back_dated_line_is_found_once_it_is_chained(
        self, sealed_log: list[str], app: Session, folder: Folder
    ) -> None:
        """By whoever may write lines: no trigger is off, and the chainer takes it in good faith."""
        run(folder, at=LATER)
        write(app, at=NOW - timedelta(days=3))
        run(folder, at=LATER + MINUTE)

        assert found(verify(folder, at=LATER + 2 * MINUTE)) == [(Wrong.BACK_DATED, 10)]

    def test_is_found_where_nothing_had_happened_for_hours(
        self, sealed_log: list[str], app: Session, folder: Folder
    ) -> None:
        for minute in range(3, 300):
            run(folder, at=NOW + minute * MINUTE)
        write(app, at=NOW + timedelta(hours=3))
        run(folder, at=LATER)

        assert found(verify(folder, at=LATER + MINUTE)) == [(Wrong.BACK_DATED, 10)]

    def test_of_a_line_that_the_chainer_never_hears_of_is_found(
        self, sealed_log: list[str], attack: Attack, folder: Folder
    ) -> None:
        attack(
            "INSERT INTO audit_logs (id, action, entity_kind, entity_id, request_id, recorded_at)"
            " VALUES (gen_random_uuid(), 'x', 'deal', gen_random_uuid(), '-', :at)",
            at=NOW - timedelta(days=3),
        )
        run(folder, at=NOW + 3 * MINUTE)

        assert found(verify(folder, at=NOW + 4 * MINUTE)) == [(Wrong.NOT_CHAINED, None)]

    def test_of_a_line_with_a_link_of_its_own_is_found(
        self, sealed_log: list[str], attack: Attack, administrator: Connection, folder: Folder
    ) -> None:
        attack(
            "INSERT INTO audit_logs (id, action, entity_kind, entity_id, request_id, recorded_at)"
            " VALUES (:id, 'x', 'deal', :id, '-', :at)",
            "UPDATE audit_chain SET position = position + 1000 WHERE position >= 5",
            "UPDATE audit_chain SET position = position - 999 WHERE position > 1000",
            "INSERT INTO audit_chain (position, audit_id, hash, chained_at) VALUES (5, :id, sha256('x'), :at)",
            id=new_id(),
            at=NOW + MINUTE,
        )
        assert first(verify(folder))[:2] == (Wrong.EDITED, 5)

        chain_anew(administrator, attack)
        assert first(verify(folder))[:2] == (Wrong.REWRITTEN, 4)

    def test_dated_ahead_is_found(self, sealed_log: list[str], app: Session, folder: Folder) -> None:
        write(app, at=LATER)
        assert found(verify(folder)) == [(Wrong.NOT_CHAINED, None)]

        run(folder, at=NOW + 3 * MINUTE)
        assert found(verify(folder)) == [(Wrong.DATED_AHEAD, 10)]


class TestAReordering:
    def test_is_found_where_it_begins(
        self, sealed_log: list[str], attack: Attack, administrator: Connection, folder: Folder
    ) -> None:
        attack(
            "UPDATE audit_chain SET audit_id = gen_random_uuid() WHERE position = 4",
            "UPDATE audit_chain SET audit_id = :fourth WHERE position = 5",
            "UPDATE audit_chain SET audit_id = :fifth WHERE position = 4",
            fourth=UUID(sealed_log[3]),
            fifth=UUID(sealed_log[4]),
        )

        report = verify(folder)
        assert found(report) == [(Wrong.EDITED, 4), (Wrong.EDITED, 5)]
        assert first(report) == (Wrong.EDITED, 4, sealed_log[4])

        chain_anew(administrator, attack)
        assert first(verify(folder))[:2] == (Wrong.REWRITTEN, 4)


class TestACutTail:
    LINES = "DELETE FROM audit_logs WHERE id IN (SELECT audit_id FROM audit_chain WHERE position > 7)"
    LINKS = "DELETE FROM audit_chain WHERE position > 7"
    SEALS = "DELETE FROM audit_seals WHERE position > 7"

    def test_is_found_by_the_databases_seals(
        self, sealed_log: list[str], attack: Attack, folder: Folder
    ) -> None:
        attack(self.LINES, self.LINKS)

        assert first(verify(folder))[:2] == (Wrong.CUT, 8)

    def test_is_found_by_the_seals_outside_when_those_were_cut_too(
        self, sealed_log: list[str], attack: Attack, folder: Folder
    ) -> None:
        attack(self.LINES, self.LINKS, self.SEALS)

        wrongs = found(verify(folder))

        assert (Wrong.CUT, 8) in wrongs
        assert (Wrong.SEAL_LOST, 9) in wrongs

    def test_is_found_after_the_log_grew_over_it(
        self, sealed_log: list[str], app: Session, attack: Attack, folder: Folder
    ) -> None:
        attack(self.LINES, self.LINKS, self.SEALS)
        write(app, 5, at=NOW + 3 * MINUTE)
        run(folder, at=NOW + 3 * MINUTE)

        wrongs = found(verify(folder, at=NOW + 4 * MINUTE))

        assert (Wrong.REWRITTEN, 7) in wrongs
        assert (Wrong.SEAL_LOST, 9) in wrongs

    def test_of_everything_is_found(self, sealed_log: list[str], attack: Attack, folder: Folder) -> None:
        attack("DELETE FROM audit_seals", "DELETE FROM audit_chain", "DELETE FROM audit_logs")

        assert first(verify(folder))[:2] == (Wrong.CUT, 1)


class TestASeal:
    def test_that_none_of_our_keys_made_is_found(
        self, sealed_log: list[str], attack: Attack, folder: Folder
    ) -> None:
        attack("UPDATE audit_seals SET seal = sha256('guess') WHERE position = 6")

        assert (Wrong.FORGED, 6) in found(verify(folder))

    def test_by_a_key_that_was_taken_away_is_forged(self, sealed_log: list[str], folder: Folder) -> None:
        report = verify(folder, keys={"other": hashlib.sha256(b"other").digest()})

        assert {each.wrong for each in report.findings} == {Wrong.FORGED}

    @pytest.mark.parametrize("content", [b"{}", b"not json"])
    def test_file_that_is_none_is_found(self, sealed_log: list[str], folder: Folder, content: bytes) -> None:
        key = list(folder.keys(seals.FOLDER))[1]
        folder.put(key, content, content_type="application/json")

        report = verify(folder, at=LATER)

        assert {each.wrong for each in report.findings} == {Wrong.FORGED, Wrong.SEAL_LOST}

    def test_file_under_another_name_is_found(self, sealed_log: list[str], folder: Folder) -> None:
        one, other, _ = list(folder.keys(seals.FOLDER))
        folder.put(other, folder.get(one), content_type="application/json")

        assert Wrong.FORGED in {each.wrong for each in verify(folder).findings}

    def test_missing_outside_is_found_once_it_is_old(self, sealed_log: list[str], folder: Folder) -> None:
        folder.remove(list(folder.keys(seals.FOLDER))[1])

        assert found(verify(folder)) == []
        assert found(verify(folder, at=LATER)) == [(Wrong.SEAL_LOST, 6)]

    def test_missing_everywhere_leaves_the_end_unsealed(
        self, sealed_log: list[str], attack: Attack, folder: Folder
    ) -> None:
        attack("DELETE FROM audit_seals")
        for key in list(folder.keys(seals.FOLDER)):
            folder.remove(key)

        assert found(verify(folder, at=LATER)) == [(Wrong.UNSEALED, 9)]


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
