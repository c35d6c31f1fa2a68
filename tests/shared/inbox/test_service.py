import hashlib
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from shared.inbox import service
from shared.inbox.models import InboxEvent
from tests.conftest import TestDatabase
from tests.shared.at_once import at_once

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def take(session: Session, provider: str = "yookassa", event_key: str = "payment.succeeded:1") -> bool:
    event = service.take(
        session, provider=provider, event_key=event_key, body="{}", outcome="recorded", now=NOW
    )
    return event is not None


class TestAnEvent:
    def test_is_taken_once(self, app: Session) -> None:
        assert take(app)
        app.commit()

        assert not take(app)
        event = app.scalars(select(InboxEvent)).one()
        assert event.body_sha256 == hashlib.sha256(b"{}").digest()
        assert (event.outcome, event.recorded_at) == ("recorded", NOW)

    def test_of_another_provider_or_key_is_another(self, app: Session) -> None:
        assert take(app)
        assert take(app, provider="tbank")
        assert take(app, event_key="payment.succeeded:2")

    def test_is_taken_by_one_of_twenty(self, database: TestDatabase, app: Session) -> None:
        def work(session: Session, _: int) -> bool:
            taken = take(session)
            session.execute(text("SELECT pg_sleep(0.05)"))
            return taken

        assert sorted(map(bool, at_once(database, 20, work))) == [False] * 19 + [True]
        assert app.scalar(select(func.count()).select_from(InboxEvent)) == 1

    def test_is_free_again_when_its_effect_was_rolled_back(self, app: Session) -> None:
        take(app)
        app.rollback()

        assert take(app)


class TestWhatWasTaken:
    @pytest.mark.parametrize("statement", ["UPDATE inbox_events SET outcome = 'x'", "DELETE FROM inbox_events", "TRUNCATE inbox_events"])  # fmt: skip
    def test_stays_for_ever(self, app: Session, owner: Connection, statement: str) -> None:
        take(app)
        app.commit()

        with pytest.raises(DBAPIError, match="42501"):
            app.execute(text(statement))
        with pytest.raises(DBAPIError, match="append"):
            owner.execute(text(statement))
