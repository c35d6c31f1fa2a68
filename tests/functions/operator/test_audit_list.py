from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from functions.operator.audit_list.handler import app as audit_list
from shared.audit import service
from shared.audit.models import AuditLog
from shared.audit.service import Actor
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.kernel.identifiers import new_id
from shared.kernel.roles import Role
from tests.builders import people
from tests.functions.conftest import Call, Signed

DAY = datetime(2025, 1, 10, 12, 0, tzinfo=UTC)
DEAL, OTHER_DEAL, AGENT = new_id(), new_id(), new_id()


@pytest.fixture
def lines(app: Session) -> None:
    """Six lines, an hour between each; three of one deal, two of one agent."""
    for hour, action, deal, actor in (
        (0, "deal.opened", DEAL, AGENT),
        (1, "deal.opened", OTHER_DEAL, None),
        (2, "deal.submitted", DEAL, AGENT),
        (3, "deal.submitted", OTHER_DEAL, None),
        (4, "deal.cancelled", DEAL, None),
        (4, "deal.cancelled", OTHER_DEAL, None),
    ):
        service.record(
            app,
            Actor(actor, "203.0.113.7", "Firefox"),
            action,
            entity=("deal", deal),
            before={"status": "draft"},
            after={"status": "submitted", "revision": 2},
            now=DAY + timedelta(hours=hour),
        )
    app.commit()


def shown(reply: Any) -> list[tuple[str, UUID]]:
    """Action and entity of each line but those of reading."""
    return [
        (each["action"], UUID(each["entity_id"]))
        for each in reply.json["items"]
        if each["action"] != "audit.read"
    ]


class TestTheAuditLog:
    def test_is_read_newest_first(self, call: Call, lines: None, operator: Signed) -> None:
        reply = call(audit_list, as_=operator, query={"entity_kind": "deal"})

        assert reply.status == 200
        assert [action for action, _ in shown(reply)] == [
            "deal.cancelled", "deal.cancelled", "deal.submitted", "deal.submitted", "deal.opened", "deal.opened",
        ]  # fmt: skip
        assert reply.json["next_cursor"] is None
        last = reply.json["items"][-1]
        assert (last["actor_id"], last["ip"], last["user_agent"]) == (str(AGENT), "203.0.113.7", "Firefox")
        assert (last["before"], last["after"]) == (
            {"status": "draft"},
            {"status": "submitted", "revision": 2},
        )
        assert last["recorded_at"] == "2025-01-10T12:00:00Z"

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            (
                {"entity_kind": "deal", "entity_id": str(DEAL)},
                ["deal.cancelled", "deal.submitted", "deal.opened"],
            ),
            ({"actor_id": str(AGENT)}, ["deal.submitted", "deal.opened"]),
            ({"action": "deal.opened"}, ["deal.opened", "deal.opened"]),
            ({"since": "2025-01-10T14:00:00Z", "until": "2025-01-10T16:00:00Z"}, ["deal.submitted"] * 2),
            ({"actor_id": str(AGENT), "action": "deal.opened"}, ["deal.opened"]),
            ({"entity_kind": "user", "action": "deal.opened"}, []),
        ],
    )
    def test_is_filtered(
        self, call: Call, lines: None, operator: Signed, query: dict[str, str], expected: list[str]
    ) -> None:
        assert [action for action, _ in shown(call(audit_list, as_=operator, query=query))] == expected

    def test_is_paged_without_a_gap_while_it_grows(
        self, call: Call, app: Session, lines: None, operator: Signed
    ) -> None:
        """Each page adds a line on top, and two lines have the same moment."""
        seen: list[tuple[str, UUID]] = []
        query = {"limit": "1", "until": "2025-01-11T00:00:00Z"}
        for _ in range(6):
            reply = call(audit_list, as_=operator, query=query)
            seen += shown(reply)
            query["cursor"] = reply.json["next_cursor"] or ""

        assert len(set(seen)) == 6
        assert query["cursor"] == ""

    def test_says_who_read_it_and_what_he_looked_for(
        self, call: Call, app: Session, lines: None, operator: Signed
    ) -> None:
        call(audit_list, as_=operator, query={"entity_kind": "deal", "entity_id": str(DEAL)})

        line = app.scalars(select(AuditLog).where(AuditLog.action == "audit.read")).one()
        assert (line.actor_id, line.ip, line.user_agent) == (operator.user_id, "127.0.0.1", "pytest")
        assert line.after == {"entity_kind": "deal", "entity_id": str(DEAL), "lines": 3}

    @pytest.mark.parametrize(
        "query",
        [
            {"limit": "0"},
            {"limit": "101"},
            {"cursor": "x"},
            {"cursor": "_" * 32},
            {"entity_id": str(DEAL)},
            {"entity_kind": "Deal'--"},
            {"action": "x" * 65},
            {"since": "2025-01-10T14:00:00"},
            {"page": "2"},
        ],
    )
    def test_refuses_what_is_no_query(self, call: Call, operator: Signed, query: dict[str, str]) -> None:
        reply = call(audit_list, as_=operator, query=query)

        assert (reply.status, reply.code) == (422, "invalid_fields")

    @pytest.mark.parametrize("role", [Role.AGENT, Role.CLIENT, Role.AGENCY_ADMIN])
    def test_is_the_staffs(self, call: Call, app: Session, role: Role) -> None:
        now = utc_now()
        with transaction() as session:
            person = people.sign_in(session, people.an_agent(session, now), role, now)

        assert call(audit_list, as_=person).code == "role_not_allowed"
        assert call(audit_list).status == 401
        assert app.scalars(select(AuditLog).where(AuditLog.action == "audit.read")).all() == []

    def test_is_open_to_administrators(self, call: Call, lines: None) -> None:
        now = utc_now()
        with transaction() as session:
            admin = people.sign_in(session, people.a_client(session, now), Role.ADMIN, now)

        assert call(audit_list, as_=admin).status == 200
