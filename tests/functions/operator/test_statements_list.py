from functions.operator.statements_list.handler import app
from tests.functions.conftest import Call, Signed
from tests.functions.operator.test_statements_take import FILE, bring
from tests.shared.reconciliation.files import exchange, windows


class TestTheListOfStatements:
    def test_has_the_newest_first(self, call: Call, operator: Signed) -> None:
        first = bring(call, operator, FILE).json["id"]
        second = bring(call, operator, windows(exchange())).json["id"]

        listed = call(app, as_=operator).json

        assert [each["id"] for each in listed["items"]] == [second, first]
        assert listed["total"] == 2
