import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from shared.audit import chaining, sealing, seals
from shared.audit.chain_models import AuditLink, AuditSeal, audit_unchained
from shared.audit.models import AuditLog
from shared.config import audit
from tests.conftest import TestDatabase
from tests.shared.at_once import at_once
from tests.shared.audit.world import MINUTE, NOW, Folder, record, run, write

HOUR = timedelta(hours=1)


class Broken(Folder):
    """Storage that is out of order."""

    def put(self, key: str, content: bytes, *, content_type: str) -> None:
        raise ConnectionError


def places(app: Session) -> dict[int, str]:
    """Each position's action, as committed."""
    app.rollback()
    rows = app.execute(
        select(AuditLink.position, AuditLog.action)
        .join(AuditLog, AuditLog.id == AuditLink.audit_id)
        .order_by(AuditLink.position)
    )
    return {row.position: row.action for row in rows}


def waiting(app: Session) -> int:
    app.rollback()
    return app.scalar(select(func.count()).select_from(audit_unchained)) or 0


class TestChaining:
    def test_gives_lines_the_places_one_two_three_in_the_order_of_their_ids(
        self, app: Session, folder: Folder
    ) -> None:
        for number in range(1, 4):
            write(app, action=f"step.{number}")

        assert run(folder) == {"lines": 3, "seals": 1}
        assert places(app) == {1: "step.1", 2: "step.2", 3: "step.3"}
        assert waiting(app) == 0

    def test_goes_on_where_it_stopped(self, app: Session, folder: Folder) -> None:
        write(app, action="step.1")
        run(folder)
        write(app, action="step.2")

        assert run(folder, at=NOW + MINUTE) == {"lines": 1, "seals": 1}
        assert places(app) == {1: "step.1", 2: "step.2"}

    def test_takes_a_line_that_commits_after_younger_ones_were_chained(
        self, app: Session, connect: Callable[[str], Connection], folder: Folder
    ) -> None:
        with Session(connect("app")) as slow:
            record(slow, action="step.slow")
            write(app, action="step.fast")
            run(folder)
            slow.commit()

        assert run(folder, at=NOW + MINUTE) == {"lines": 1, "seals": 1}
        assert places(app) == {1: "step.fast", 2: "step.slow"}

    def test_makes_nobody_who_writes_wait(self, app: Session, database: TestDatabase, folder: Folder) -> None:
        """While a chainer holds its transaction open, sixteen writers commit."""
        write(app)
        assert chaining.is_the_only_one(app)
        chaining.chain_waiting(app, limit=500, now=NOW)

        at_once(database, 16, lambda session, _: write(session, 5))

        app.commit()
        assert run(folder, at=NOW + MINUTE)["lines"] == 80
        assert sorted(places(app)) == list(range(1, 82))

    def test_is_done_by_one_only(self, app: Session, folder: Folder) -> None:
        write(app, 3)
        assert chaining.is_the_only_one(app)

        assert run(folder) == {"lines": 0, "seals": 0}

    def test_loses_and_doubles_nothing_when_writers_and_chainers_race(
        self, app: Session, database: TestDatabase, folder: Folder
    ) -> None:
        ended = threading.Event()

        def chain() -> None:
            while not ended.is_set():
                at_once(database, 2, _chain_once)

        chainers = threading.Thread(target=chain)
        chainers.start()
        at_once(database, 8, _write_ten_times)
        ended.set()
        chainers.join()
        run(folder, at=NOW + MINUTE)

        assert sorted(places(app)) == list(range(1, 241))
        assert waiting(app) == 0

    def test_works_in_batches(self, app: Session, folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sealing, "_BATCH_LINES", 4)
        write(app, 10)

        assert run(folder) == {"lines": 10, "seals": 1}

    def test_seals_nothing_while_lines_wait(
        self, app: Session, folder: Folder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sealing, "_BATCH_LINES", 4)
        monkeypatch.setattr(sealing, "_BATCHES", 2)
        write(app, 10)

        assert run(folder) == {"lines": 8, "seals": 0}
        assert run(folder) == {"lines": 2, "seals": 1}

    def test_takes_what_was_written_before_there_was_a_chain_or_without_the_product(
        self, app: Session, owner: Connection, folder: Folder
    ) -> None:
        owner.execute(
            text(
                """
                INSERT INTO audit_logs (id, action, entity_kind, entity_id, after, request_id, recorded_at)
                VALUES (gen_random_uuid(), 'by.hand', 'deal', gen_random_uuid(),
                        '{"n": 1.50, "deep": [1e400, "\\u0416"]}', '-', now())
                """
            )
        )
        owner.commit()

        assert run(folder)["lines"] == 1
        assert places(app) == {1: "by.hand"}

    def test_goes_forward_in_time_where_a_clock_goes_back(self, app: Session, folder: Folder) -> None:
        write(app)
        run(folder, at=NOW + HOUR)
        write(app)
        run(folder, at=NOW)

        assert set(app.scalars(select(AuditLink.chained_at))) == {NOW + HOUR}
        assert set(app.scalars(select(AuditSeal.sealed_at))) == {NOW + HOUR}


class TestASeal:
    def test_is_kept_in_the_database_and_outside_of_it(self, app: Session, folder: Folder) -> None:
        write(app, 2)
        run(folder)

        kept = seals.newest(app)
        assert kept is not None
        assert (kept.position, kept.sealed_at, kept.key_id) == (2, NOW, "test")
        assert kept.is_genuine(audit.seal_keys().keys)
        assert [seals.from_file(folder.get(key)) for key in folder.keys(seals.FOLDER)] == [kept]

    def test_is_of_no_other_position_hash_time_or_key(self, app: Session, folder: Folder) -> None:
        write(app, 2)
        run(folder)
        kept, keys = seals.newest(app), audit.seal_keys().keys
        assert kept is not None

        assert not kept._replace(position=1).is_genuine(keys)
        assert not kept._replace(hash=bytes(32)).is_genuine(keys)
        assert not kept._replace(sealed_at=NOW + MINUTE).is_genuine(keys)
        assert not kept._replace(key_id="another").is_genuine(keys | {"another": keys["test"]})
        assert not kept.is_genuine({"test": bytes(32)})
        assert not kept.is_genuine({})

    def test_is_made_anew_an_hour_later_where_nothing_happened(self, app: Session, folder: Folder) -> None:
        write(app)
        run(folder)

        assert run(folder, at=NOW + 59 * MINUTE) == {"lines": 0, "seals": 0}
        assert run(folder, at=NOW + HOUR) == {"lines": 0, "seals": 1}
        assert len(list(folder.keys(seals.FOLDER))) == 2

    def test_is_not_made_of_nothing(self, database: TestDatabase, folder: Folder) -> None:
        assert run(folder) == {"lines": 0, "seals": 0}

    def test_that_could_not_be_put_outside_is_put_there_by_the_next_run(
        self, app: Session, folder: Folder
    ) -> None:
        write(app)
        with pytest.raises(ConnectionError):
            run(Broken(folder.path))

        assert run(folder, at=NOW + MINUTE) == {"lines": 0, "seals": 0}
        assert [seals.from_file(folder.get(key)) for key in folder.keys(seals.FOLDER)] == [seals.newest(app)]

    def test_that_is_there_is_not_written_over(self, app: Session, folder: Folder) -> None:
        write(app)
        run(folder)
        [key] = folder.keys(seals.FOLDER)
        folder.put(key, b"{}", content_type="application/json")

        run(folder, at=NOW + MINUTE)

        assert folder.get(key) == b"{}"

    @pytest.mark.parametrize(
        "content",
        [b"", b"[]", b'{"position": 1}', b"\xff", b'{"position": 1, "hash": "zz", "sealed_at": ""}'],
    )
    def test_of_a_strange_file_is_none(self, content: bytes) -> None:
        with pytest.raises(seals.SealUnreadable):
            seals.from_file(content)


class TestTheChain:
    @pytest.mark.parametrize("table", ["audit_chain", "audit_seals"])
    @pytest.mark.parametrize("change", ["UPDATE {} SET hash = hash", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
    def test_only_grows(
        self, app: Session, owner: Connection, folder: Folder, table: str, change: str
    ) -> None:
        write(app)
        run(folder)

        with pytest.raises(DBAPIError, match="42501"):
            app.execute(text(change.format(table)))
        with pytest.raises(DBAPIError, match="append"):
            owner.execute(text(change.format(table)))


def _write_ten_times(session: Session, _: int) -> None:
    for _turn in range(10):
        write(session, 3)


def _chain_once(session: Session, _: int) -> None:
    if chaining.is_the_only_one(session):
        chaining.chain_waiting(session, limit=500, now=NOW)
