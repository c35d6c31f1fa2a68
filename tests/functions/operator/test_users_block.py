import os
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, text

from functions.auth.refresh.handler import app as refresh
from functions.operator.users_block.handler import app
from functions.users.me_read.handler import app as me
from functions.users.me_update.handler import app as update
from shared.auth import sessions
from shared.auth.staff_models import StaffMember, StaffRole
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.kernel.identifiers import new_id
from shared.kernel.roles import Role
from shared.security.pii import Sealed
from tests.builders import people
from tests.builders.people import Person
from tests.functions.conftest import Call, Signed

STOLEN = {"reason": "account_stolen"}


@pytest.fixture
def agent(database: object) -> Person:
    with transaction() as session:
        return people.an_agent(session, utc_now())


def signed_in(person: Person, role: Role = Role.AGENT) -> Signed:
    now = utc_now()
    with transaction() as session:
        return people.sign_in(session, person, role, now)


class TestBlockingAPerson:
    def test_signs_him_out_at_once_everywhere(self, call: Call, operator: Signed, agent: Person) -> None:
        phone = signed_in(agent)
        with transaction() as session:
            laptop = sessions.open_session(
                session, user_id=agent.id, role=Role.AGENT, now=utc_now(), **people.PEER
            )

        reply = call(app, as_=operator, user_id=agent.id, body=STOLEN)

        assert (reply.status, reply.json["status"], reply.json["block_reason"]) == (
            200,
            "blocked",
            "account_stolen",
        )
        assert call(me, as_=phone).status == 401
        assert call(me, as_=Signed(laptop.access_token)).status == 401
        assert call(refresh, body={"refresh_token": laptop.refresh_token}).status == 401

    def test_lets_him_come_back_to_read_and_no_more(
        self, call: Call, operator: Signed, agent: Person
    ) -> None:
        call(app, as_=operator, user_id=agent.id, body=STOLEN)
        back = signed_in(agent)

        read = call(me, as_=back)
        change = call(update, as_=back, body={"city": "Казань"})

        assert (read.status, read.json["status"]) == (200, "blocked")
        assert (change.status, change.code) == (403, "account_blocked")

    def test_is_written_down_with_its_reason(
        self, call: Call, operator: Signed, agent: Person, owner: Connection
    ) -> None:
        call(app, as_=operator, user_id=agent.id, body=STOLEN)

        line = owner.execute(
            text("SELECT actor_id, entity_id, before, after FROM audit_logs WHERE action = 'user.blocked'")
        ).one()
        assert tuple(line) == (
            operator.user_id,
            agent.id,
            {"status": "active"},
            {"status": "blocked", "reason": "account_stolen"},
        )

    def test_twice_is_said(self, call: Call, operator: Signed, agent: Person) -> None:
        call(app, as_=operator, user_id=agent.id, body=STOLEN)

        reply = call(app, as_=operator, user_id=agent.id, body=STOLEN)

        assert (reply.status, reply.code) == (409, "already_blocked")

    def test_is_not_done_to_oneself(self, call: Call, operator: Signed) -> None:
        reply = call(app, as_=operator, user_id=operator.user_id, body=STOLEN)

        assert (reply.status, reply.code) == (409, "not_oneself")

    def test_is_not_done_to_staff(self, call: Call, operator: Signed, agent: Person) -> None:
        with transaction() as session:
            session.add(
                StaffMember(
                    user_id=agent.id,
                    role=StaffRole.ADMIN,
                    totp_secret=Sealed(os.urandom(60)),
                    created_at=utc_now(),
                )
            )

        reply = call(app, as_=operator, user_id=agent.id, body=STOLEN)

        assert (reply.status, reply.code) == (409, "staff_not_blocked")

    @pytest.mark.parametrize("unknown", [uuid4(), new_id()])
    def test_finds_nobody_under_a_strange_id(self, call: Call, operator: Signed, unknown: UUID) -> None:
        assert call(app, as_=operator, user_id=unknown, body=STOLEN).code == "user_not_found"

    def test_takes_words_for_a_reason(self, call: Call, operator: Signed, agent: Person) -> None:
        reply = call(app, as_=operator, user_id=agent.id, body={"reason": "его телефон +79161234567"})

        assert (reply.status, reply.code) == (422, "invalid_fields")

    @pytest.mark.parametrize("role", [Role.AGENT, Role.CLIENT, Role.AGENCY_ADMIN])
    def test_is_the_operators(self, call: Call, agent: Person, role: Role) -> None:
        assert call(app, as_=signed_in(agent, role), user_id=agent.id, body=STOLEN).code == "role_not_allowed"
