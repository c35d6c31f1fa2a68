from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from shared.audit import service
from shared.audit.models import AuditLog
from shared.audit.service import SYSTEM, Actor
from shared.kernel.errors import Conflict
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


class Kept(Conflict):
    """What was written before it stays."""

    keeps_work = True


class Lost(Kept):
    keeps_work = False


class TestLinesTogether:
    def test_are_written_at_the_end_in_their_order_by_one_statement(self, app: Session) -> None:
        with service.together(app):
            for number in range(3):
                service.record(app, SYSTEM, f"step.{number}", entity=("deal", new_id()), now=NOW)
            assert app.scalars(select(AuditLog)).all() == []

        lines = app.scalars(select(AuditLog).order_by(AuditLog.id)).all()
        assert [line.action for line in lines] == ["step.0", "step.1", "step.2"]
        assert len(set(app.scalars(text("SELECT cmin::text FROM audit_logs")))) == 1

    def test_of_an_inner_block_wait_for_the_outer_one(self, app: Session) -> None:
        with service.together(app):
            with service.together(app):
                record(app)
            assert app.scalars(select(AuditLog)).all() == []

        assert len(app.scalars(select(AuditLog)).all()) == 1

    def test_of_a_savepoint_go_with_it(self, app: Session) -> None:
        with service.together(app):
            savepoint = app.begin_nested()
            record(app)
            savepoint.rollback()

        assert app.scalars(select(AuditLog)).all() == []

    @pytest.mark.parametrize(("refusal", "written"), [(Kept, 1), (Lost, 0)])
    def test_stay_if_the_refusal_keeps_the_work(
        self, app: Session, refusal: type[Kept], written: int
    ) -> None:
        def refused() -> None:
            with service.together(app):
                record(app)
                raise refusal("Нельзя.")

        with pytest.raises(refusal):
            refused()

        assert len(app.scalars(select(AuditLog)).all()) == written

    def test_are_written_at_once_after_the_block(self, app: Session) -> None:
        with service.together(app):
            pass
        record(app)

        assert len(app.scalars(select(AuditLog)).all()) == 1


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
