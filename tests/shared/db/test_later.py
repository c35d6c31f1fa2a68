"""Statements for whose answer nobody waits: where they go, and what becomes of a refusal."""

from collections.abc import Callable
from typing import Any

import pg8000
import pytest

from shared.db import driver
from tests.shared.db.conftest import Relay

_WRITE = "INSERT INTO notes (body) VALUES (%s)"
_READ = "SELECT body FROM notes WHERE body <> %s ORDER BY body"


@pytest.fixture
def line(connection: driver.Connection) -> driver.Connection:
    connection.autocommit = False
    return connection


def run(line: driver.Connection, statement: str, *values: object) -> list[Any]:
    cursor = line.cursor()
    cursor.execute(statement, values)
    return [row[0] for row in cursor.fetchall()] if cursor.description else []


def prepared(line: driver.Connection) -> int:
    (found,) = run(line, "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%INTO notes%'")
    return int(found)


class TestWaiting:
    def test_goes_with_the_next_statement_and_before_it(
        self, line: driver.Connection, relay: Relay, notes: Callable[[], list[str]]
    ) -> None:
        before = relay.turns
        line.send_later(_WRITE, ["a"])
        line.send_later(_WRITE, ["b"])
        assert relay.turns == before

        assert run(line, _READ, "") == ["a", "b"]
        assert relay.turns - before == 1
        assert notes() == []
        line.commit()
        assert notes() == ["a", "b"]

    def test_goes_with_the_commit(
        self, line: driver.Connection, relay: Relay, notes: Callable[[], list[str]]
    ) -> None:
        run(line, _READ, "")
        before = relay.turns
        line.send_later(_WRITE, ["a"])
        line.commit()

        assert relay.turns - before == 1
        assert notes() == ["a"]

    def test_alone_is_a_transaction_of_one_flight(
        self, line: driver.Connection, relay: Relay, notes: Callable[[], list[str]]
    ) -> None:
        before = relay.turns
        line.send_later(_WRITE, ["a"])
        line.send_later(_WRITE, ["b"])
        line.commit()

        assert relay.turns - before == 1
        assert notes() == ["a", "b"]
        assert not line.in_transaction

    def test_goes_before_a_statement_without_values(self, line: driver.Connection) -> None:
        line.send_later("SELECT set_config('housler.seen', %s, true)", ["yes"])

        assert run(line, "SELECT current_setting('housler.seen')") == ["yes"]

    def test_is_sent_at_once_where_each_statement_commits_itself(
        self, connection: driver.Connection, notes: Callable[[], list[str]]
    ) -> None:
        connection.send_later(_WRITE, ["a"])

        assert notes() == ["a"]

    def test_keeps_its_answer_to_itself(self, line: driver.Connection) -> None:
        for number in range(4):
            line.send_later("SELECT n FROM generate_series(1, CAST(%s AS int)) AS n", [3])
            assert run(line, "SELECT CAST(%s AS int)", number) == [number]

    @pytest.mark.usefixtures("notes")
    def test_is_kept_once_however_often_one_flight_has_it(self, line: driver.Connection) -> None:
        for round_ in range(3):
            for number in range(3):
                line.send_later(_WRITE, [f"{round_}{number}"])
            line.commit()
        run(line, _READ, "")  # tells the server whom to forget

        assert prepared(line) == 1

    def test_is_forgotten_by_a_rollback(
        self, line: driver.Connection, notes: Callable[[], list[str]]
    ) -> None:
        line.send_later(_WRITE, ["a"])
        line.rollback()
        line.send_later(_WRITE, ["b"])
        line.commit()

        assert notes() == ["b"]

    def test_is_undone_with_its_savepoint(
        self, line: driver.Connection, notes: Callable[[], list[str]]
    ) -> None:
        line.send_later(_WRITE, ["before"])
        run(line, "SAVEPOINT here")
        line.send_later(_WRITE, ["in it"])
        run(line, "ROLLBACK TO SAVEPOINT here")
        line.send_later(_WRITE, ["after"])
        line.commit()

        assert notes() == ["after", "before"]


class TestRefusal:
    def test_at_the_commit_leaves_nothing_of_the_transaction(
        self, line: driver.Connection, notes: Callable[[], list[str]]
    ) -> None:
        run(line, _READ, "")
        for _ in range(2):
            line.send_later(_WRITE, ["a"])

        with pytest.raises(pg8000.IntegrityError):
            line.commit()

        assert not line.in_transaction
        assert notes() == []
        line.send_later(_WRITE, ["a"])
        line.commit()
        assert notes() == ["a"]

    def test_of_the_whole_transaction_leaves_nothing_of_it(
        self, line: driver.Connection, notes: Callable[[], list[str]]
    ) -> None:
        for body in ("a", "b", "a"):
            line.send_later(_WRITE, [body])

        with pytest.raises(pg8000.IntegrityError):
            line.commit()

        assert not line.in_transaction
        assert notes() == []

    @pytest.mark.usefixtures("notes")
    def test_is_the_next_statements_which_is_not_done(self, line: driver.Connection) -> None:
        for _ in range(2):
            line.send_later(_WRITE, ["a"])

        with pytest.raises(pg8000.IntegrityError):
            run(line, "SELECT set_config('housler.seen', %s, false)", "yes")
        line.rollback()

        assert run(line, "SELECT current_setting('housler.seen', true)") == [None]

    @pytest.mark.usefixtures("notes")
    def test_comes_before_a_savepoint_is_set(self, line: driver.Connection) -> None:
        for _ in range(2):
            line.send_later(_WRITE, ["a"])

        with pytest.raises(pg8000.IntegrityError):
            run(line, "SAVEPOINT here")

    @pytest.mark.usefixtures("notes")
    def test_leaves_no_statement_behind_that_nobody_knows(self, line: driver.Connection) -> None:
        for _ in range(3):
            for _ in range(2):
                line.send_later(_WRITE, ["a"])
            with pytest.raises(pg8000.IntegrityError):
                line.commit()
        run(line, _READ, "")

        assert prepared(line) == 0


class TestOutdatedPlans:
    def test_are_made_anew_where_nothing_was_done_before(
        self, line: driver.Connection, notes: Callable[[], list[str]]
    ) -> None:
        self.prepare(line)
        line.execute_simple("DEALLOCATE ALL")

        line.send_later(_WRITE, ["c"])
        line.send_later(_WRITE, ["d"])
        line.commit()
        line.execute_simple("DEALLOCATE ALL")
        line.send_later(_WRITE, ["e"])
        run(line, _READ, "")
        line.commit()

        assert notes() == ["a", "b", "c", "d", "e"]

    @pytest.mark.usefixtures("notes")
    def test_amid_a_transaction_are_a_matter_for_another_try(self, line: driver.Connection) -> None:
        self.prepare(line)
        run(line, _READ, "")
        line.execute_simple("DEALLOCATE ALL")
        line.send_later(_WRITE, ["c"])

        with pytest.raises(pg8000.ProgrammingError):
            line.commit()
        line.send_later(_WRITE, ["c"])
        line.commit()

        assert run(line, _READ, "") == ["a", "b", "c"]

    @staticmethod
    def prepare(line: driver.Connection) -> None:
        for body in ("a", "b"):
            line.send_later(_WRITE, [body])
            line.commit()
