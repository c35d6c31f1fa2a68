"""The driver over a counting relay: how often the client waits for the server."""

import socket
from dataclasses import replace
from datetime import UTC, datetime

import pg8000
import pytest

from shared.config.database import parse
from shared.db import connecting, driver
from tests.conftest import TestDatabase
from tests.shared.db.conftest import Relay


class TestOneFlight:
    def test_a_statement_with_parameters_is_one_round_trip(
        self, connection: driver.Connection, relay: Relay
    ) -> None:
        before = relay.turns

        cursor = connection.cursor()
        cursor.execute("SELECT CAST(%s AS bigint) + 1, CAST(%s AS text)", (41, "да"))

        assert cursor.fetchall() == ([42, "да"],)
        assert relay.turns - before == 1

    def test_a_transaction_begins_on_the_way_of_its_first_statement(
        self, connection: driver.Connection, relay: Relay
    ) -> None:
        connection.autocommit = False
        before = relay.turns

        cursor = connection.cursor()
        cursor.execute("SELECT CAST(%s AS int), pg_current_xact_id()::text", (1,))
        ((_, first),) = cursor.fetchall()
        cursor.execute("SELECT CAST(%s AS int), pg_current_xact_id()::text", (2,))

        assert cursor.fetchall() == ([2, first],)
        assert relay.turns - before == 2
        connection.rollback()
        assert not connection.in_transaction

    def test_a_refused_first_statement_leaves_its_transaction_to_be_undone(
        self, connection: driver.Connection
    ) -> None:
        connection.autocommit = False
        cursor = connection.cursor()

        with pytest.raises(pg8000.ProgrammingError):
            cursor.execute("SELECT CAST(%s AS bigint)", ("many",))

        assert connection.in_transaction
        connection.rollback()
        cursor.execute("SELECT CAST(%s AS int)", (7,))
        assert cursor.fetchall() == ([7],)

    def test_a_repeated_key_is_an_integrity_error(self, connection: driver.Connection) -> None:
        cursor = connection.cursor()
        cursor.execute("CREATE TEMPORARY TABLE once (key int PRIMARY KEY)")
        cursor.execute("INSERT INTO once VALUES (%s)", (1,))

        with pytest.raises(pg8000.IntegrityError):
            cursor.execute("INSERT INTO once VALUES (%s)", (1,))

    def test_parameters_and_signs_of_percent_are_told_apart(self, connection: driver.Connection) -> None:
        cursor = connection.cursor()

        for number in (1, 2):
            cursor.execute("SELECT 7 %% 4, CAST(%s AS int), '%s'", (number,))
            assert cursor.fetchall() == ([3, number, "%s"],)

    def test_a_closed_cursor_says_so(self, connection: driver.Connection) -> None:
        cursor = connection.cursor()
        cursor.close()

        with pytest.raises(pg8000.InterfaceError, match="Cursor closed"):
            cursor.execute("SELECT CAST(%s AS int)", (1,))

    def test_an_error_leaves_the_connection_usable(self, connection: driver.Connection) -> None:
        cursor = connection.cursor()
        with pytest.raises(pg8000.ProgrammingError):
            cursor.execute("SELECT CAST(%s AS bigint)", ("many",))
        with pytest.raises(pg8000.ProgrammingError):
            cursor.execute("SELECT nothing FROM nowhere WHERE %s", (1,))

        cursor.execute("SELECT CAST(%s AS int)", (7,))
        assert cursor.fetchall() == ([7],)

    def test_long_parameters_pass_whole(self, connection: driver.Connection) -> None:
        cursor = connection.cursor()
        cursor.execute("SELECT length(CAST(%s AS text))", ("ё" * 300_000,))

        assert cursor.fetchall() == ([300_000],)

    def test_a_cut_line_is_a_network_error(self, connection: driver.Connection, relay: Relay) -> None:
        relay.cut()

        with pytest.raises(pg8000.InterfaceError, match="network error"):
            connection.cursor().execute("SELECT CAST(%s AS int)", (1,))

    def test_the_socket_does_not_delay_small_packets(self, connection: driver.Connection) -> None:
        assert connection._usock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1


class TestMoments:
    @pytest.mark.parametrize(
        ("written", "read"),
        [
            ("2026-11-24 10:11:12.5+00", datetime(2026, 11, 24, 10, 11, 12, 500_000, tzinfo=UTC)),
            ("2026-11-24 13:11:12+03", datetime(2026, 11, 24, 10, 11, 12, tzinfo=UTC)),
            ("infinity", "infinity"),
            ("20000-01-01 00:00:00+00", "20000-01-01 00:00:00+00"),
        ],
    )
    def test_are_read_to_the_microsecond(
        self, connection: driver.Connection, written: str, read: datetime | str
    ) -> None:
        cursor = connection.cursor()
        cursor.execute("SELECT CAST(%s AS timestamptz)", (written,))

        assert cursor.fetchall() == ([read],)


class TestConnecting:
    def test_to_nobody_is_a_network_error(self, database: TestDatabase) -> None:
        settings = replace(parse("DATABASE_URL", database.app_url), port=1)

        with pytest.raises(pg8000.InterfaceError, match="network error"):
            connecting.connect(settings)

    def test_refuses_a_server_without_tls_when_tls_is_asked_for(self, database: TestDatabase) -> None:
        settings = replace(parse("DATABASE_URL", database.app_url), tls_mode="require")

        with pytest.raises(pg8000.InterfaceError, match="SSL"):
            connecting.connect(settings)
