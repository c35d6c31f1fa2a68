"""Statements for whose answer nobody waits, in the session of a transaction."""

from collections.abc import Callable

import pytest
from sqlalchemy import Connection, select, text
from sqlalchemy.orm import Session

from shared.db.errors import ConstraintViolated, DatabaseUnavailable, TryAgain
from shared.db.raw import execute_later, send_later
from shared.db.session import transaction
from shared.inbox.models import InboxEvent
from shared.kernel.clock import utc_now
from shared.kernel.identifiers import new_id

_WRITE = "INSERT INTO notes (body) VALUES (%s)"


class TestInASession:
    def test_both_ways_are_written_in_their_order(self, notes: Callable[[], list[str]]) -> None:
        with transaction() as session:
            self.write(session, "a")
            assert session.scalars(select(text("body FROM notes"))).all() == ["a", "a, too"]

        assert notes() == ["a", "a, too"]

    def test_a_refusal_at_the_commit_is_the_domains(self, notes: Callable[[], list[str]]) -> None:
        with transaction() as session:
            self.write(session, "a")

        with pytest.raises(ConstraintViolated), transaction() as session:
            self.write(session, "a")
        with pytest.raises(TryAgain), transaction() as session:
            self.write_too_slowly(session)

        with transaction() as session:
            self.write(session, "b")
        assert notes() == ["a", "a, too", "b", "b, too"]

    def test_they_alone_need_no_connection_until_the_end(self, notes: Callable[[], list[str]]) -> None:
        with transaction() as session:
            send_later(session, _WRITE, ["a"])
            send_later(session, _WRITE, ["b"])
            assert not session.in_transaction()

        assert notes() == ["a", "b"]

    def test_they_alone_need_nothing_of_sqlalchemys_session(self, notes: Callable[[], list[str]]) -> None:
        with transaction() as session:
            send_later(session, _WRITE, ["a"])
        assert "identity_map" not in vars(session)

        assert not session.dirty
        assert "identity_map" in vars(session)
        assert not hasattr(session, "no_such_thing")
        assert notes() == ["a"]

    @pytest.mark.usefixtures("notes")
    def test_none_at_all_is_a_transaction_too(self) -> None:
        with transaction() as session:
            session.rollback()
            session.close()

        with transaction() as session:
            assert session.scalar(text("SELECT 1")) == 1

    @pytest.mark.parametrize("waits", [True, False])
    def test_they_alone_are_refused_in_the_domains_words(
        self,
        notes: Callable[[], list[str]],
        waits: bool,  # noqa: FBT001
    ) -> None:
        with pytest.raises(ConstraintViolated), transaction() as session:
            self.write_twice(session, "a", waits=waits)

        with transaction() as session:
            self.write_twice(session, "b", waits=waits, ending="c")
        assert notes() == ["b", "c"]

    def test_leave_before_what_the_session_itself_has_to_write(self, notes: Callable[[], list[str]]) -> None:
        with transaction() as session:
            send_later(session, _WRITE, ["a"])
            with session.begin_nested():
                send_later(session, _WRITE, ["b"])
            send_later(session, _WRITE, ["c"])
            with pytest.raises(KeyError), session.begin_nested():
                self.write(session, "d", ending=KeyError())

        assert notes() == ["a", "b", "c"]

    def test_are_forgotten_with_a_transaction_that_fails(self, notes: Callable[[], list[str]]) -> None:
        with pytest.raises(KeyError), transaction() as session:
            self.write(session, "a", ending=KeyError())
        with pytest.raises(KeyError), transaction() as session:
            self.write_twice(session, "a", waits=True, ending=KeyError())
        with transaction() as session:
            send_later(session, _WRITE, ["b"])
            session.rollback()
            send_later(session, _WRITE, ["c"])

        assert notes() == ["c"]

    def test_go_with_a_row_that_the_session_was_given(self, notes: Callable[[], list[str]]) -> None:
        event = InboxEvent(
            provider="t",
            event_key=str(new_id()),
            body_sha256=b"1" * 32,
            outcome="recorded",
            recorded_at=utc_now(),
        )
        with transaction() as session:
            send_later(session, _WRITE, ["a"])
            session.add(event)

        with transaction() as session:
            assert session.get(InboxEvent, event.id) is not None
        assert notes() == ["a"]

    def test_a_database_that_is_gone_is_unavailable(
        self, notes: Callable[[], list[str]], owner: Connection
    ) -> None:
        with transaction() as session:
            pid = session.scalar(text("SELECT pg_backend_pid()"))

        with pytest.raises(DatabaseUnavailable), transaction() as session:
            send_later(session, "SELECT pg_terminate_backend(CAST(%s AS int))", [pid])

        with transaction() as session:
            send_later(session, _WRITE, ["a"])
        assert notes() == ["a"]

    def test_a_savepoint_that_is_given_up_takes_them_with_it(self, notes: Callable[[], list[str]]) -> None:
        with transaction() as session:
            self.write(session, "a")
            with pytest.raises(KeyError), session.begin_nested():
                self.write(session, "b", ending=KeyError())

        assert notes() == ["a", "a, too"]

    @staticmethod
    def write(session: Session, body: str, *, ending: Exception | None = None) -> None:
        send_later(session, _WRITE, [body])
        execute_later(session, text("INSERT INTO notes (body) VALUES (:body)"), {"body": f"{body}, too"})
        if ending is not None:
            raise ending

    @staticmethod
    def write_twice(
        session: Session, body: str, *, waits: bool, ending: str | Exception | None = None
    ) -> None:
        """Twice the same, unless the ending is another body."""
        if not waits:
            session.execute(text("SELECT 1"))
        send_later(session, _WRITE, [body])
        if isinstance(ending, Exception):
            raise ending
        send_later(session, _WRITE, [ending or body])

    @staticmethod
    def write_too_slowly(session: Session) -> None:
        session.execute(text("SET LOCAL statement_timeout = 50"))
        send_later(session, "SELECT pg_sleep(%s)", [5])
