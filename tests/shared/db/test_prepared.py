"""What the server keeps of our statements, by its own word."""

import pg8000
import pytest
from sqlalchemy.exc import DBAPIError

from shared.db import driver
from shared.db.errors import TryAgain, translate
from shared.db.prepared import Statements
from tests.shared.db.conftest import Relay


def ask(connection: driver.Connection, statement: str, *parameters: object) -> list[list[object]]:
    cursor = connection.cursor()
    cursor.execute(statement, parameters)
    return [list(row) for row in cursor.fetchall()]


def kept(connection: driver.Connection) -> list[str]:
    """The statements that the server keeps, by its own word."""
    found = connection.execute_simple(
        "SELECT statement FROM pg_prepared_statements ORDER BY prepare_time"
    ).rows
    return [text for (text,) in found]


_ASKED = "SELECT CAST(%s AS int) AS n"
_CHANGING = "SELECT n FROM changing WHERE CAST(%s AS int) = 1"


class TestPreparing:
    def test_keeps_a_statement_that_comes_again(self, connection: driver.Connection) -> None:
        ask(connection, _ASKED, 1)
        assert kept(connection) == []

        ask(connection, _ASKED, 2)
        assert kept(connection) == ["SELECT CAST($1 AS int) AS n"]

        assert ask(connection, _ASKED, None) == [[None]]
        assert ask(connection, _ASKED, 4) == [[4]]
        assert len(kept(connection)) == 1

    def test_takes_one_round_trip_at_every_time(self, connection: driver.Connection, relay: Relay) -> None:
        before = relay.turns

        for number in range(4):
            ask(connection, _ASKED, number)

        assert relay.turns - before == 4

    def test_names_the_columns_at_every_time(self, connection: driver.Connection) -> None:
        cursor = connection.cursor()
        for number in range(3):
            cursor.execute(_ASKED, (number,))
            assert [column[0] for column in cursor.description] == ["n"]

    def test_counts_the_rows_of_what_answers_none(self, connection: driver.Connection) -> None:
        cursor = connection.cursor()
        cursor.execute("CREATE TEMPORARY TABLE counted (n int)")
        for number in range(3):
            cursor.execute("INSERT INTO counted VALUES (%s), (%s)", (number, number))
            assert cursor.rowcount == 2

    def test_keeps_it_over_a_refusal_and_over_a_rollback(self, connection: driver.Connection) -> None:
        connection.autocommit = False
        for number in range(2):
            ask(connection, "SELECT 6 / CAST(%s AS int)", number + 1)
        with pytest.raises(pg8000.ProgrammingError):
            ask(connection, "SELECT 6 / CAST(%s AS int)", 0)
        connection.rollback()

        assert ask(connection, "SELECT 6 / CAST(%s AS int)", 3) == [[2]]
        assert len(kept(connection)) == 1

    def test_leaves_nothing_of_one_that_is_refused_when_it_is_prepared(
        self, connection: driver.Connection
    ) -> None:
        for _ in range(4):
            with pytest.raises(pg8000.ProgrammingError):
                ask(connection, "SELECT 6 / CAST(%s AS int)", 0)
        ask(connection, _ASKED, 1)

        assert kept(connection) == []

    def test_keeps_a_bounded_number(self, connection: driver.Connection) -> None:
        connection._statements = Statements(most=3)
        for number in range(10):
            for _ in range(2):
                ask(connection, f"SELECT {number} + CAST(%s AS int)", 1)
            ask(connection, "SELECT 0 + CAST(%s AS int)", 1)  # the most used one stays
        ask(connection, _ASKED, 1)  # tells the server whom to forget

        assert len(kept(connection)) == 3
        assert "SELECT 0 + CAST($1 AS int)" in kept(connection)

    @pytest.mark.parametrize("autocommit", [True, False])
    def test_prepares_anew_once_a_table_has_changed(
        self,
        connection: driver.Connection,
        autocommit: bool,  # noqa: FBT001
    ) -> None:
        self.outdate(connection)
        connection.autocommit = autocommit

        assert ask(connection, _CHANGING, 1) == [["1"]]
        connection.rollback()
        assert ask(connection, _CHANGING, 1) == [["1"]]

    def test_prepares_anew_what_somebody_else_let_go(self, connection: driver.Connection) -> None:
        for number in range(2):
            ask(connection, _ASKED, number)
        connection.execute_simple("DEALLOCATE ALL")

        assert ask(connection, _ASKED, 7) == [[7]]

    def test_amid_a_transaction_an_outdated_plan_is_a_matter_for_another_try(
        self, connection: driver.Connection
    ) -> None:
        self.outdate(connection)
        connection.autocommit = False
        ask(connection, _ASKED, 1)

        with pytest.raises(pg8000.ProgrammingError) as refused:
            ask(connection, _CHANGING, 1)
        connection.rollback()

        assert isinstance(translate(DBAPIError(None, None, refused.value)), TryAgain)
        assert ask(connection, _CHANGING, 1) == [["1"]]

    @staticmethod
    def outdate(connection: driver.Connection) -> None:
        connection.execute_simple("CREATE TEMPORARY TABLE changing AS SELECT 1 AS n")
        for _ in range(2):
            ask(connection, _CHANGING, 1)
        connection.execute_simple("ALTER TABLE changing ALTER n TYPE text")
