from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from shared.audit import service
from shared.audit.models import AuditLog
from shared.audit.service import SYSTEM, Actor
from shared.kernel.identifiers import new_id
from shared.observability import log

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
CHANGES = ["UPDATE audit_logs SET action = 'x'", "DELETE FROM audit_logs", "TRUNCATE audit_logs CASCADE"]


def record(session: Session, actor: Actor = SYSTEM) -> None:
    service.record(
        session,
        actor,
        "deal.submitted",
        entity=("deal", new_id()),
        before={"status": "draft"},
        after={"status": "submitted", "revision": 2, "urgent": False, "reason": None},
        now=NOW,
    )


class TestARecord:
    def test_says_who_did_what_from_where_in_which_request(self, app: Session) -> None:
        actor = Actor(new_id(), "203.0.113.7", "Firefox")
        token = log.request_id.set("request-7")
        record(app, actor)
        log.request_id.reset(token)
        app.commit()
        app.expunge_all()

        line = app.scalars(select(AuditLog)).one()
        assert (line.actor_id, line.ip, line.user_agent) == (actor.user_id, "203.0.113.7", "Firefox")
        assert (line.action, line.entity_kind, line.request_id) == ("deal.submitted", "deal", "request-7")
        assert line.before == {"status": "draft"}
        assert line.after == {"status": "submitted", "revision": 2, "urgent": False, "reason": None}
        assert line.recorded_at == NOW

    def test_may_be_the_services_own(self, app: Session) -> None:
        record(app)
        app.flush()

        assert app.scalars(select(AuditLog)).one().actor_id is None

    def test_goes_when_its_change_is_rolled_back(self, app: Session) -> None:
        record(app)
        app.flush()
        app.rollback()

        assert app.scalars(select(AuditLog)).all() == []

    def test_keeps_the_order_in_which_things_happened(self, app: Session) -> None:
        for number in range(10):
            service.record(app, SYSTEM, f"step.{number}", entity=("deal", new_id()), now=NOW)
            app.flush()

        lines = app.scalars(select(AuditLog).order_by(AuditLog.id)).all()
        assert [line.action for line in lines] == [f"step.{number}" for number in range(10)]


class TestTheLog:
    @pytest.mark.parametrize("statement", CHANGES)
    def test_cannot_be_changed_by_the_application(self, app: Session, statement: str) -> None:
        record(app)
        app.commit()

        with pytest.raises(DBAPIError, match="42501"):
            app.execute(text(statement))

    @pytest.mark.parametrize("statement", CHANGES)
    def test_cannot_be_changed_by_the_owner(self, app: Session, owner: Connection, statement: str) -> None:
        record(app)
        app.commit()

        with pytest.raises(DBAPIError, match="append"):
            owner.execute(text(statement))

    @pytest.mark.parametrize("statement", CHANGES[:2])
    def test_cannot_be_changed_under_the_name_of_replication(
        self, app: Session, administrator: Connection, statement: str
    ) -> None:
        record(app)
        app.commit()
        administrator.execute(text("SET session_replication_role = replica"))

        with pytest.raises(DBAPIError, match="append"):
            administrator.execute(text(statement))
