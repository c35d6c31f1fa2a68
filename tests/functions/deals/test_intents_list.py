from uuid import uuid4

from functions.deals.intents_list.handler import app
from shared.kernel.money import Money
from shared.kernel.roles import Role
from tests.functions.conftest import Call
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.steps import ask_for_link, pay_step
from tests.shared.payments.world import a_cast, sign_in


class TestListIntents:
    def test_shows_every_link_of_the_deal_newest_first_with_its_history(self, call: Call) -> None:
        bank, cast = FakeCollector(), a_cast(steps=[Money(100_00), Money(200_00)])
        paid, waiting = pay_step(bank, cast), ask_for_link(bank, cast, 2)
        ask_for_link(bank, a_cast())

        for side in ((cast.agent_id, Role.AGENT), (cast.client_id, Role.CLIENT)):
            told = call(app, as_=sign_in(*side), deal_id=cast.deal_id).json

            assert told["total"] == 2
            assert [one["id"] for one in told["items"]] == [str(waiting.id), str(paid.id)]
            histories = [[moment["event"] for moment in one["timeline"]] for one in told["items"]]
            assert histories == [["created", "pending"], ["created", "pending", "paid"]]

    def test_comes_in_pages(self, call: Call) -> None:
        bank, cast = FakeCollector(), a_cast(steps=[Money(100_00), Money(200_00)])
        first = ask_for_link(bank, cast)
        ask_for_link(bank, cast, 2)
        agent = sign_in(cast.agent_id, Role.AGENT)

        told = call(app, as_=agent, deal_id=cast.deal_id, query={"page": "2", "size": "1"}).json

        assert ([one["id"] for one in told["items"]], told["total"]) == ([str(first.id)], 2)

    def test_is_not_there_for_others(self, call: Call) -> None:
        cast, other = a_cast(), a_cast()

        assert (
            call(app, as_=sign_in(other.agent_id, Role.AGENT), deal_id=cast.deal_id).code == "deal_not_found"
        )
        assert call(app, as_=sign_in(cast.agent_id, Role.AGENT), deal_id=uuid4()).status == 404
