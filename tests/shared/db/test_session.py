from collections.abc import Callable

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from shared.db import driver, errors
from shared.db.errors import ConstraintViolated, DatabaseUnavailable, TryAgain
from shared.db.session import Transactions, dispose, reading, transaction
from shared.db.unit_of_work import line_of
from shared.kernel.errors import Conflict
from tests.conftest import TestDatabase


class Refused(Conflict):
    code = "refused"


class WrongCode(Conflict):
    code = "wrong_code"
    keeps_work = True


@pytest.fixture
def notes(owner: Connection) -> Callable[[], list[str]]:
    """A table with one unique column, one deferred check; returns what is committed."""
    owner.execute(
        text(
            "CREATE TABLE notes (body text, CONSTRAINT uq_notes_body UNIQUE (body) DEFERRABLE INITIALLY IMMEDIATE);"
        )
    )
    owner.execute(
        text("CREATE TABLE pages (body text CONSTRAINT uq_pages_body UNIQUE DEFERRABLE INITIALLY DEFERRED)")
    )
    owner.commit()

    def read() -> list[str]:
        owner.rollback()
        return list(owner.execute(text("SELECT body FROM notes ORDER BY body")).scalars())

    return read


INSERTS = {
    "notes": text("INSERT INTO notes VALUES (:body)"),
    "pages": text("INSERT INTO pages VALUES (:body)"),
}


def work(*bodies: str, table: str = "notes", ending: Exception | None = None) -> None:
    """One transaction that writes, and ends by an error if one is given."""
    with transaction() as session:
        for body in bodies:
            session.execute(INSERTS[table], {"body": body})
        if ending is not None:
            raise ending


def run(statement: str) -> None:
    with transaction() as session:
        session.execute(text(statement))


class TestATransaction:
    def test_is_committed_at_its_end(self, notes: Callable[[], list[str]]) -> None:
        work("one", "two")

        assert notes() == ["one", "two"]

    @pytest.mark.parametrize("error", [Refused("нет"), RuntimeError("bug")])
    def test_leaves_nothing_when_it_fails(self, notes: Callable[[], list[str]], error: Exception) -> None:
        with pytest.raises(type(error)):
            work("one", ending=error)

        assert notes() == []

    def test_keeps_the_work_of_a_refusal_that_must_leave_a_trace(
        self, notes: Callable[[], list[str]]
    ) -> None:
        with pytest.raises(WrongCode):
            work("a try", ending=WrongCode("Код неверен."))

        assert notes() == ["a try"]

    def test_two_in_a_row_are_two(self, notes: Callable[[], list[str]]) -> None:
        transactions = Transactions()
        with transactions() as session:
            session.execute(INSERTS["notes"], {"body": "intention"})
        with transactions() as session:
            session.execute(INSERTS["notes"], {"body": "outcome"})
            assert notes() == ["intention"]

        assert notes() == ["intention", "outcome"]

    def test_works_again_after_the_server_closed_the_connection(
        self, notes: Callable[[], list[str]], administrator: Connection
    ) -> None:
        work("before")
        administrator.execute(
            text("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = 'housler_app'")
        )

        work("now")

        assert notes() == ["before", "now"]


class TestReading:
    def test_sees_what_is_committed(self, notes: Callable[[], list[str]]) -> None:
        work("one")

        with reading() as session:
            assert session.scalars(text("SELECT body FROM notes")).all() == ["one"]

    def test_can_write_nothing(self, notes: Callable[[], list[str]]) -> None:
        with pytest.raises(DBAPIError, match="25006"), reading() as session:
            session.execute(INSERTS["notes"], {"body": "one"})

        assert notes() == []

    def test_works_again_after_the_server_closed_the_connection(
        self, notes: Callable[[], list[str]], administrator: Connection
    ) -> None:
        work("before")
        with reading() as session:
            session.execute(text("SELECT 1"))
        administrator.execute(
            text("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = 'housler_app'")
        )

        with reading() as session:
            assert session.scalars(text("SELECT body FROM notes")).all() == ["before"]

    def test_asks_a_line_that_was_quiet_for_long(
        self, notes: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with transaction() as session:
            quiet = line_of(session.connection())
        quiet.heard_at -= 61
        monkeypatch.setattr(driver.Connection, "answers", lambda self: self is not quiet)

        work("now")

        assert notes() == ["now"]
        with transaction() as session:
            assert line_of(session.connection()) is not quiet

    @pytest.mark.usefixtures("notes")
    def test_trusts_a_line_that_spoke_within_a_minute(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with transaction() as session:
            used = line_of(session.connection())
        used.heard_at -= 59
        monkeypatch.setattr(driver.Connection, "answers", lambda _self: False)

        with transaction() as session:
            assert line_of(session.connection()) is used


class TestWhatTheDatabaseRefuses:
    def test_a_double_is_a_conflict(self, notes: Callable[[], list[str]]) -> None:
        with pytest.raises(ConstraintViolated) as caught:
            work("one", "one")

        assert caught.value.constraint == "uq_notes_body"

    def test_so_is_one_found_at_the_commit(self, notes: Callable[[], list[str]]) -> None:
        with pytest.raises(ConstraintViolated) as caught:
            work("one", "one", table="pages")

        assert caught.value.constraint == "uq_pages_body"

    def test_a_domain_names_its_own(
        self, notes: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(errors, "_by_constraint", {})
        errors.on_constraint("uq_notes_body", lambda: Refused("Такая запись уже есть."))

        with pytest.raises(Refused):
            work("one", "one")

    def test_a_lock_that_is_not_given_is_worth_a_repeat(
        self, notes: Callable[[], list[str]], owner: Connection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("DATABASE_LOCK_TIMEOUT_MS", "50")
        dispose()
        owner.execute(text("LOCK TABLE notes"))

        with pytest.raises(TryAgain):
            work("one")

    def test_a_statement_has_its_time(self, database: TestDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DATABASE_STATEMENT_TIMEOUT_MS", "100")
        dispose()

        with pytest.raises(TryAgain):
            run("SELECT pg_sleep(5)")

    def test_no_server_is_unavailable(self, database: TestDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DATABASE_URL", "postgresql://user:password@127.0.0.1:1/none")
        dispose()

        with pytest.raises(DatabaseUnavailable):
            run("SELECT 1")

    def test_a_surprise_stays_one(self, database: TestDatabase) -> None:
        with pytest.raises(DBAPIError, match="22012"):
            run("SELECT 1 / 0")

    @pytest.mark.parametrize("rule", ["UNIQUE", "CHECK (length(body) < 3)"])
    def test_no_error_quotes_what_was_written(self, owner: Connection, app: Session, rule: str) -> None:
        owner.execute(text(f"CREATE TABLE phones (body text {rule})"))
        owner.commit()
        twice = text("INSERT INTO phones SELECT CAST(:body AS text) FROM generate_series(1, 2)")

        # Not translated: what the driver says is what a log would show.
        with pytest.raises(DBAPIError) as caught:
            app.execute(twice, {"body": "+79991234567"})

        assert caught.value.orig is not None
        said = f"{caught.value.orig}"
        assert "phones" in said
        assert "+79991234567" not in said
