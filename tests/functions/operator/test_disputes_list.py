from functions.operator.disputes_list.handler import app
from tests.functions.conftest import Call, Signed
from tests.shared.disputes.claims import open_dispute, withdraw
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.steps import pay_step
from tests.shared.payments.world import a_cast


class TestListingDisputes:
    def test_shows_who_waits_longest_first_and_by_status(
        self, call: Call, operator: Signed, database: object
    ) -> None:
        ids = []
        for _ in range(3):
            cast = a_cast(hold_days=3)
            pay_step(FakeCollector(), cast)
            ids.append(str(open_dispute(cast)))
        withdraw(cast)

        everything = call(app, as_=operator)
        waiting = call(app, as_=operator, query={"status": "open", "size": "1", "page": "2"})

        assert [each["id"] for each in everything.json["items"]] == ids
        assert [each["id"] for each in waiting.json["items"]] == [ids[1]]
        assert waiting.json["total"] == 2
