import pytest
from sqlalchemy import Connection, text

from functions.auth.agent_sms_send.handler import app as send
from functions.auth.agent_sms_verify.handler import app as verify
from functions.users.me_erase.handler import app
from functions.users.me_read.handler import app as me
from functions.users.me_update.handler import app as update
from functions.users.search.handler import app as search
from shared.access import rights
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.kernel.roles import Role
from shared.users.models import User, UserStatus
from tests.builders import people
from tests.builders.outside import Outbox
from tests.builders.people import Person
from tests.functions.conftest import Answer, Call, Signed

WORD = {"confirm": "УДАЛИТЬ"}


@pytest.fixture
def agent(database: object) -> Person:
    with transaction() as session:
        return people.an_agent(session, utc_now())


def signed_in(person: Person, role: Role = Role.AGENT) -> Signed:
    now = utc_now()
    with transaction() as session:
        return people.sign_in(session, person, role, now)


def erase(call: Call, person: Signed) -> Answer:
    return call(app, as_=person, query=WORD)


class TestErasingOneself:
    def test_answers_with_what_the_law_holds_and_signs_out(self, call: Call, agent: Person) -> None:
        session, another = signed_in(agent), signed_in(agent)

        reply = erase(call, session)

        assert reply.status == 200
        assert [hold["code"] for hold in reply.json["holds"]] == ["consents", "audit"]
        assert all(hold["what"] and hold["law"] and hold["until"] for hold in reply.json["holds"])
        assert call(me, as_=session).status == call(me, as_=another).status == 401
        assert erase(call, session).status == 401

    def test_forgets_what_the_answers_to_his_requests_said(
        self, call: Call, agent: Person, owner: Connection
    ) -> None:
        session = signed_in(agent)
        call(update, as_=session, body={"city": "Казань"}, key="an-earlier-request")

        erase(call, session)

        left = owner.execute(text("SELECT scope FROM idempotency_keys")).scalars().all()
        assert left == [f"{agent.id} DELETE /users/me"]

    def test_lets_the_phone_sign_in_anew_as_somebody_else(
        self, call: Call, agent: Person, sms: Outbox
    ) -> None:
        erase(call, signed_in(agent))
        assert agent.phone is not None

        call(send, body={"phone": agent.phone})
        code = sms.code(agent.phone.removeprefix("+"))
        tokens = call(verify, body={"phone": agent.phone, "code": code}).json

        anew = call(me, as_=Signed(tokens["access_token"])).json
        assert anew["id"] != str(agent.id)
        assert (anew["status"], anew["profile"]["full_name"]) == ("incomplete", None)

    def test_leaves_no_session_alive_that_was_opened_meanwhile(self, call: Call, agent: Person) -> None:
        erase(call, signed_in(agent))

        late = signed_in(agent)

        assert call(me, as_=late).status == 401

    def test_is_found_by_no_search(self, call: Call, agent: Person) -> None:
        with transaction() as session:
            operator = people.a_client(session, utc_now())
        erase(call, signed_in(agent))

        found = call(search, as_=signed_in(operator, Role.OPERATOR), query={"phone": agent.phone or ""})

        assert found.json == {"items": []}

    @pytest.mark.parametrize("query", [{}, {"confirm": "да"}, {"confirm": "удалить"}])
    def test_needs_the_word(self, call: Call, agent: Person, query: dict[str, str]) -> None:
        session = signed_in(agent)

        assert call(app, as_=session, query=query).code == "invalid_fields"
        assert call(me, as_=session).status == 200

    def test_needs_a_fresh_session(self, call: Call, agent: Person, owner: Connection) -> None:
        session = signed_in(agent)
        owner.execute(text("UPDATE sessions SET created_at = now() - interval '16 minutes'"))
        owner.commit()

        reply = erase(call, session)

        assert (reply.status, reply.code) == (403, "fresh_sign_in_needed")
        assert call(me, as_=session).status == 200

    def test_tells_the_blocked_why_not_yet(self, call: Call, agent: Person) -> None:
        session = signed_in(agent)
        with transaction() as working:
            working.get_one(User, agent.id).status = UserStatus.BLOCKED

        reply = erase(call, session)

        assert (reply.status, reply.code) == (409, "erasure_refused")
        assert [each["field"] for each in reply.json["errors"]] == ["account_blocked"]

    def test_is_open_to_one_who_withdrew_his_consents(
        self, call: Call, agent: Person, owner: Connection
    ) -> None:
        session = signed_in(agent)
        owner.execute(text("UPDATE user_consents SET withdrawn_at = now()"))
        owner.commit()

        assert erase(call, session).status == 200

    @pytest.mark.parametrize("role", [Role.CLIENT, Role.AGENCY_ADMIN])
    def test_is_the_same_through_every_door(self, call: Call, agent: Person, role: Role) -> None:
        assert erase(call, signed_in(agent, role)).status == 200

    @pytest.mark.parametrize("role", [Role.OPERATOR, Role.ADMIN])
    def test_is_closed_to_the_staffs_door(self, call: Call, agent: Person, role: Role) -> None:
        assert rights.OWN_ERASURE.reach(role) is rights.Reach.NONE
        assert erase(call, signed_in(agent, role)).code == "role_not_allowed"
