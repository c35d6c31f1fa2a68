import pytest

from functions.operator.users_block.handler import app as block
from functions.operator.users_list.handler import app
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.kernel.roles import Role
from tests.builders import people
from tests.builders.people import Person
from tests.functions.conftest import Call, Signed


@pytest.fixture
def agents(database: object) -> list[Person]:
    with transaction() as session:
        return [people.an_agent(session, utc_now()) for _ in range(3)]


class TestTheListOfPeople:
    def test_is_paged_from_the_newest_on(self, call: Call, agents: list[Person], operator: Signed) -> None:
        first = call(app, as_=operator, query={"size": "3"}).json
        second = call(app, as_=operator, query={"size": "3", "page": "2"}).json

        ids = [each["id"] for each in first["items"] + second["items"]]
        assert ids == [str(operator.user_id), *(str(each.id) for each in reversed(agents))]
        assert (first["total"], first["page"], second["page"]) == (4, 1, 2)

    def test_is_filtered_by_status(self, call: Call, agents: list[Person], operator: Signed) -> None:
        call(block, as_=operator, user_id=agents[1].id, body={"reason": "fraud_suspected"})

        blocked = call(app, as_=operator, query={"status": "blocked"}).json

        assert [each["id"] for each in blocked["items"]] == [str(agents[1].id)]
        assert (blocked["total"], blocked["items"][0]["block_reason"]) == (1, "fraud_suspected")

    def test_shows_nothing_personal_but_a_masked_name(
        self, call: Call, agents: list[Person], operator: Signed
    ) -> None:
        reply = call(app, as_=operator)

        assert {each["masked_name"] for each in reply.json["items"]} == {
            "Мария Петровна И.",
            "Анна Петровна С.",
        }
        for agent in agents:
            assert agent.phone is not None
            assert agent.inn is not None
            assert agent.phone not in reply.text
            assert agent.inn not in reply.text
        assert "Иванова" not in reply.text

    @pytest.mark.parametrize("role", [Role.AGENT, Role.CLIENT, Role.AGENCY_ADMIN])
    def test_is_the_staffs(self, call: Call, agents: list[Person], role: Role) -> None:
        now = utc_now()
        with transaction() as session:
            person = people.sign_in(session, agents[0], role, now)

        assert call(app, as_=person).code == "role_not_allowed"
