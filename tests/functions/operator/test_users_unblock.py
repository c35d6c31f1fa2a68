import pytest
from sqlalchemy import Connection, text

from functions.operator.users_block.handler import app as block
from functions.operator.users_unblock.handler import app
from functions.users.me_update.handler import app as update
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.kernel.roles import Role
from shared.users.models import User, UserStatus
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


class TestUnblockingAPerson:
    def test_gives_him_back_what_he_may_do(
        self, call: Call, operator: Signed, agent: Person, owner: Connection
    ) -> None:
        call(block, as_=operator, user_id=agent.id, body=STOLEN)
        back = signed_in(agent)

        reply = call(app, as_=operator, user_id=agent.id, body={"reason": "owner_confirmed"})

        assert reply.json == {
            "id": str(agent.id),
            "status": "active",
            "blocked_at": None,
            "block_reason": None,
        }
        assert call(update, as_=back, body={"city": "Казань"}).status == 200
        line = owner.execute(
            text("SELECT after FROM audit_logs WHERE action = 'user.unblocked'")
        ).scalar_one()
        assert line == {"status": "active", "reason": "owner_confirmed"}

    def test_needs_one_who_is_blocked(self, call: Call, operator: Signed, agent: Person) -> None:
        reply = call(app, as_=operator, user_id=agent.id, body={"reason": "mistake"})

        assert (reply.status, reply.code) == (409, "not_blocked")

    def test_brings_no_erased_person_back(self, call: Call, operator: Signed, agent: Person) -> None:
        with transaction() as session:
            user = session.get_one(User, agent.id)
            user.phone = user.phone_index = user.phone_verified_at = None
            user.status, user.erased_at = UserStatus.ERASED, utc_now()

        assert call(app, as_=operator, user_id=agent.id, body={"reason": "mistake"}).status == 404
        assert call(block, as_=operator, user_id=agent.id, body=STOLEN).status == 404
